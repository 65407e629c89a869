package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one operation over a sequence of steps of one cell that an exporter has written out, each with the
 * state of the one before it. The sequence is put together at the first step, so what the steps see must be
 * there by then: slices of a tensor mostly, which are the whole tensor when they are joined again. Of stacked
 * cells that take turns, the lower are joined first: what the upper ones see is there then.
 */
final class JoinSteps implements Pass {

    /** Slices and reshapes between a tensor and what a step sees of it. */
    private static final int MOST_PARTS = 16;

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Graph current = graph;
        Joining joining = new Joining(current, folding);
        while (!joining.chains.isEmpty()) {
            current = joining.run();
            joining = new Joining(current, folding);
        }
        return current;
    }

    private static final class Joining extends Rewriting {

        private final Map<Node, Integer> positions = new HashMap<>();
        /** The steps of a chain, first to last, by each of their nodes. */
        private final Map<Node, List<CellStep>> chains = new HashMap<>();
        /** New values of h' and c' of each step of a chain, once its first has been reached. */
        private final Map<Node, List<Value>> joined = new HashMap<>();

        Joining(Graph graph, Folding folding) {
            super(graph, folding);
            List<Node> nodes = graph.withoutUnused().nodes();
            for (int i = 0; i < nodes.size(); i++) {
                positions.put(nodes.get(i), i);
            }
            findChains(nodes);
        }

        @Override
        List<Value> node(Node node, List<Value> inputs) {
            List<CellStep> chain = chains.get(node);
            if (chain != null && chain.get(0).node() == node) {
                join(chain);
            }
            return joined.get(node);
        }

        private void findChains(List<Node> nodes) {
            Map<Value, CellStep> byState = new HashMap<>();
            for (Node node : nodes) {
                CellStep step = CellStep.of(node);
                if (step == null) {
                    continue;
                }
                List<CellStep> chain = null;
                for (CellStep reading : step.readings()) {
                    Value before = CellStep.viewed(reading.h());
                    CellStep last = before == null ? null : byState.get(before);
                    List<CellStep> behind = last == null ? null : chains.get(last.node());
                    if (chain == null && behind != null && follows(behind, reading)) {
                        chain = behind;
                        step = reading;
                    }
                }
                if (chain == null) {
                    chain = new ArrayList<>();
                }
                chain.add(step);
                chains.put(node, chain);
                byState.put(step.nextH(), step);
            }
            chains.values().removeIf(chain -> chain.size() < 2);
        }

        /** Whether a step goes on where a chain ends, with its weights; the first step may be read anew for it. */
        private boolean follows(List<CellStep> chain, CellStep step) {
            CellStep last = chain.get(chain.size() - 1);
            boolean sameCell = last.node().op().equals(step.node().op()) && last.bias() == step.bias()
                    && (!step.hasCellState() || CellStep.viewed(step.c()) == last.nextC() && !isSeen(last, step));
            if (!sameCell || CellStep.viewed(step.h()) != last.nextH() || !isReady(step.x(), chain.get(0))) {
                return false;
            }
            if (chain.size() > 1) {
                return sameWeights(last, step);
            }
            for (CellStep reading : last.readings()) {
                if (sameWeights(reading, step) && isReady(reading.x(), chain.get(0))) {
                    chain.set(0, reading);
                    return true;
                }
            }
            return false;
        }

        /** Where there is no h, R does not matter. */
        private static boolean sameWeights(CellStep a, CellStep b) {
            return a.w() == b.w() && (a.r() == b.r() || a.h() == null);
        }

        /** Whether anything but the next step uses the cell state. */
        private boolean isSeen(CellStep step, CellStep next) {
            for (Value value = next.c(); value != step.nextC(); value = value.producer().input(0)) {
                if (!usedOnce(value)) {
                    return true;
                }
            }
            return !usedOnce(step.nextC());
        }

        /** Whether a value can be computed before {@code first}: it is a part of a value from before it. */
        private boolean isReady(Value value, CellStep first) {
            Value source = value;
            for (int i = 0; i < MOST_PARTS && source.producer() != null && isPart(source.producer()); i++) {
                source = source.producer().input(0);
            }
            return source.producer() == null || positions.get(source.producer()) < positions.get(first.node());
        }

        private static boolean isPart(Node node) {
            return node.op() instanceof Reshape || node.op() instanceof Slice || node.op() instanceof Transpose
                    || node.op() instanceof Gather && node.input(1).isConstant();
        }

        private void join(List<CellStep> chain) {
            CellStep first = chain.get(0);
            CellStep last = chain.get(chain.size() - 1);
            String name = first.node().name();
            Value[] parts = chain.stream().map(step -> early(step.x())).toArray(Value[]::new);
            Value sequence = add(name, new Concat(0), parts);
            List<Value> operands = last.operands(sequence, null, nowOrNull(first.h()), nowOrNull(first.c()));
            List<Value> results = addAll(name, last.over(false), operands);
            List<Dim> one = new ArrayList<>(results.get(0).shape());
            one.set(0, Dim.ONE);
            for (int t = 0; t < chain.size(); t++) {
                CellStep step = chain.get(t);
                Value y = add(name, Slice.along(0, Dim.of(t), Dim.ONE, results.get(0).shape()), results.get(0));
                Value h = add(name, new Reshape(one.subList(1, 3)), y);
                // nobody sees the cell states between
                joined.put(step.node(), step.hasCellState() ? List.of(y, h, results.get(2)) : List.of(y, h));
            }
        }

        private Value nowOrNull(Value value) {
            return value == null ? null : now(value);
        }

        /** A value that may have its place later in the graph. */
        private Value early(Value value) {
            Value known = now(value);
            if (known != null) {
                return known;
            }
            Node node = value.producer();
            List<Value> inputs = new ArrayList<>(node.inputs());
            inputs.set(0, early(inputs.get(0)));
            return addAll(node.name(), node.op(), inputs).get(0);
        }
    }
}
