package dev.lanewise.runtime;

import dev.lanewise.runtime.plan.Extents;

/** Whose extents a caller sets through {@link Tensor}. */
interface Shapes {

    Extents definition();

    /** Gives a symbol another value. */
    void setSymbol(int id, int extent);

    /** An input's shape was set. */
    void shapeChanged();
}
