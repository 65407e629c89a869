package dev.lanewise.compiler.graph;

import java.util.stream.Stream;

/**
 * How much may be computed while a model is compiled. A small hostile file can ask for constants of any
 * size, and for any number of operations on them; what is beyond the budget is left to be computed when
 * the model runs, where the memory plan has limits of its own. The graphs of one model share one budget.
 */
public final class Folding {

    /** Enough for shape arithmetic and tables; in elements. */
    private static final double ELEMENTS = 1 << 23;

    /** In elementary operations; a fraction of a second. */
    private static final double WORK = 1 << 26;

    /** A model's own weights may be moved about this many times. */
    private static final double PER_WEIGHT = 16;

    /** What may be computed. */
    private enum Extent {
        ALL,
        EXACT,
        INTEGERS
    }

    private final Extent extent;
    private double elements = ELEMENTS;
    private double work = WORK;

    public Folding() {
        this(Extent.ALL);
    }

    private Folding(Extent extent) {
        this.extent = extent;
    }

    /**
     * Folds what is computed without rounding: whole numbers, and what only moves. A graph then still has every
     * operation at which two right computations may part.
     */
    public static Folding onlyExact() {
        return new Folding(Extent.EXACT);
    }

    /**
     * Folds whole numbers alone. A graph then still has its weights as they were made, whatever is done with them: so
     * that they can be trained.
     */
    public static Folding onlyIntegers() {
        return new Folding(Extent.INTEGERS);
    }

    /** Whether this node may be computed now, if there is budget. */
    boolean allows(Node node) {
        return extent == Extent.ALL || extent == Extent.EXACT && node.op().onlyMoves()
                || Stream.concat(node.inputs().stream(), node.outputs().stream())
                        .noneMatch(value -> value != null && value.type().type().isFloating());
    }

    /** Takes over weights of the model, which it has paid for with bytes of its file. */
    public void own(Literal weights) {
        if (!weights.isSplat()) {
            elements += PER_WEIGHT * weights.size();
            work += PER_WEIGHT * weights.size();
        }
    }

    /** Takes the cost of one operation, or leaves it and gives false. */
    public boolean spend(double newElements, double newWork) {
        if (newElements > elements || newWork > work) {
            return false;
        }
        elements -= newElements;
        work -= newWork;
        return true;
    }
}
