package dev.lanewise.compiler.op;

import dev.lanewise.formats.DType;

/** How an update meets the element that it points at; in the order of the steps' argument. */
public enum ScatterReduction {
    /** The update replaces it. */
    NONE,
    ADD,
    MUL,
    MIN,
    MAX;

    double apply(double old, double update) {
        return switch (this) {
            case NONE -> update;
            case ADD -> old + update;
            case MUL -> old * update;
            case MIN -> Math.min(old, update);
            case MAX -> Math.max(old, update);
        };
    }

    long apply(DType type, long old, long update) {
        boolean less = type == DType.U64 ? Long.compareUnsigned(update, old) < 0 : update < old;
        return switch (this) {
            case NONE -> update;
            case ADD -> old + update;
            case MUL -> old * update;
            case MIN -> less ? update : old;
            case MAX -> less ? old : update;
        };
    }
}
