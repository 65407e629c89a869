package dev.lanewise.compiler.diff;

import java.util.List;

/**
 * What a run found.
 *
 * @param rows a value each: those of the nodes in order, then the model's outputs
 * @param nodes how many nodes the model has as it was imported
 * @param evaluated how many of them the reference reached in its time; values after them are not compared
 * @param peer the name of the other runtime, or {@code null}
 * @param tolerance relative difference above which values part
 * @param seed of the inputs that are random
 */
public record DiffResult(
        List<NodeDifference> rows, int nodes, int evaluated, String peer, double tolerance, long seed) {

    public DiffResult {
        rows = List.copyOf(rows);
    }

    /** The first row where the plan or the other runtime parts from the reference, or {@code null}. */
    public NodeDifference first() {
        return rows.stream().filter(this::parts).findFirst().orElse(null);
    }

    /** Whether a row does. */
    public boolean parts(NodeDifference row) {
        return row.parts(tolerance);
    }

    /** The tolerance as people type it. */
    String toleranceText() {
        return Double.toString(tolerance).replace(".0E", "e").replace('E', 'e');
    }

    /** Who parts there, for people. */
    public String whoParts(NodeDifference row) {
        boolean plan = row.plan().parts(tolerance);
        boolean other = row.peer() != null && row.peer().parts(tolerance);
        return plan && other ? "the plan and " + peer : plan ? "the plan" : other ? peer : "nobody";
    }

    /** One sentence for people: what the rows say together. */
    public String summary() {
        NodeDifference first = first();
        String cut = evaluated == nodes
                ? ""
                : " (the reference reached " + evaluated + " of " + nodes
                        + " nodes in its time; --limit gives it more)";
        return (first == null
                ? rows.size() + (rows.size() == 1 ? " value agrees" : " values agree") + " within " + toleranceText()
                : "first to part: " + first.node() + ", where " + whoParts(first)
                        + (whoParts(first).contains(" and ") ? " part" : " parts") + " from double precision") + cut;
    }
}
