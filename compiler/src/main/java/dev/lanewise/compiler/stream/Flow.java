package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;

/**
 * A value of the streamed graph, and what it is in time. Immutable.
 *
 * @param value what one call computes; {@code null} where it cannot
 * @param axis of time, -1 where the value has none
 * @param emission how many frames there are; {@code null} without an axis
 * @param total frames of the whole sequence, by the symbol of its length; {@code null} without an axis
 */
record Flow(Value value, Kind kind, int axis, Emission emission, Dim total) {

    /** What a value is in time. */
    enum Kind {
        /** The same in each call. */
        STILL,
        /** Some frames more in each call. */
        FRAMES,
        /** In each call what the sequence so far gives: whole only with the last one. */
        LATEST,
        /** Known only for a sequence as a whole: no call has it, and few rules can do with that. */
        WHOLE
    }

    static Flow still(Value value) {
        return new Flow(value, Kind.STILL, -1, null, null);
    }

    static Flow latest(Value value) {
        return new Flow(value, Kind.LATEST, -1, null, null);
    }

    static Flow whole() {
        return new Flow(null, Kind.WHOLE, -1, null, null);
    }

    static Flow frames(Value value, int axis, Emission emission, Dim total) {
        return new Flow(value, Kind.FRAMES, axis, emission, total);
    }

    boolean moves() {
        return kind == Kind.FRAMES;
    }
}
