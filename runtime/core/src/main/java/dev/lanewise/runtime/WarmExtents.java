package dev.lanewise.runtime;

import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Prepared;
import java.util.ArrayList;
import java.util.List;

/**
 * Extents to warm a program with, where the model leaves them open: loops are entered, time stays short. Extents may
 * depend on each other (a mask covers what a cache holds and one more), so that not any will do. Used by one thread.
 */
final class WarmExtents {

    /** As long as a strip of attention. */
    private static final int EXTENT = 32;

    /** All of five symbols. */
    private static final int MOST_TRIALS = 243;

    private final Prepared prepared;
    private final Extents definition;
    private final int[] extents;
    /** Ids of what may be set. */
    private final List<Integer> symbols = new ArrayList<>();

    private WarmExtents(Prepared prepared) {
        this.prepared = prepared;
        this.definition = prepared.memory().definition();
        this.extents = prepared.memory().extents();
        for (int i = 0; i < extents.length; i++) {
            if (definition.isSymbol(i)) {
                symbols.add(i);
            }
        }
    }

    /**
     * Sets them, and prepares the steps.
     *
     * @throws ShapeException where none were found that fit together
     */
    static void set(Prepared prepared) {
        WarmExtents warm = new WarmExtents(prepared);
        for (int id : warm.symbols) {
            warm.raise(id, EXTENT);
        }
        if (!warm.fits() && warm.findSmall()) {
            warm.climb();
        }
        warm.reshape();
    }

    /** Looks for some that fit among the least and one or two more. */
    private boolean findSmall() {
        for (int trial = 0; trial < MOST_TRIALS; trial++) {
            int digits = trial;
            for (int id : symbols) {
                extents[id] = Math.min(definition.max(id), definition.min(id) + digits % 3);
                digits /= 3;
            }
            if (digits == 0 && fits()) {
                return true;
            }
        }
        return false;
    }

    /** Makes each larger, by itself or with another, as long as they fit together. */
    private void climb() {
        for (int id : symbols) {
            for (int with : symbols) {
                int before = extents[id];
                int beforeWith = extents[with];
                int step = Math.max(0, Math.min(EXTENT, definition.max(id)) - before);
                if (with != id) {
                    step = Math.min(step, Math.max(0, Math.min(EXTENT, definition.max(with)) - beforeWith));
                    extents[with] += step;
                }
                extents[id] += step;
                if (step > 0 && !fits()) {
                    extents[id] = before;
                    extents[with] = beforeWith;
                }
            }
        }
    }

    private void raise(int id, int extent) {
        extents[id] = Math.max(definition.min(id), Math.min(definition.max(id), extent));
    }

    private boolean fits() {
        try {
            reshape();
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }

    private void reshape() {
        prepared.memory().evaluate();
        prepared.inputs().forEach(input -> input.refresh(extents));
        prepared.states().forEach(carried -> carried.value().refresh(extents));
        prepared.body().reshape();
    }
}
