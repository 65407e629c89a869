package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.List;

/** What operations that choose elements by index have in common: i32 or i64, negative from the end. */
final class Indices {

    private Indices() {}

    static void require(Signature in, int i) {
        if (in.dtype(i) != DType.I64 && in.dtype(i) != DType.I32) {
            throw in.fail("input " + i + " is " + in.type(i) + "; expected indices of type i64 or i32");
        }
    }

    /** Fails where an index that is known lies outside an extent that is known. */
    static void requireInside(Signature in, int i, Dim extent) {
        List<Dim> indices = in.value(i).contents();
        if (indices == null || !extent.isConstant()) {
            return;
        }
        for (Dim index : indices) {
            if (index.isConstant() && (index.constant() >= extent.constant()
                    || index.constant() < -extent.constant())) {
                throw in.fail("index " + index + " outside an axis of " + extent);
            }
        }
    }

    /** The index counted from the front. */
    static int positive(long index, int n) {
        long positive = index < 0 ? index + n : index;
        if (positive < 0 || positive >= n) {
            throw new ShapeException("index " + index + " outside an axis of " + n);
        }
        return (int) positive;
    }
}
