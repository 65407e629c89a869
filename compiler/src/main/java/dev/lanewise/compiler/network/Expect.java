package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Signature;

/** What layers demand of their inputs. */
final class Expect {

    private Expect() {}

    /** The last extent, which must be a number. */
    static int features(Tensor x) {
        if (!x.type().isFloating()) {
            throw x.net().misfit(x.toString(), "a floating-point type");
        }
        Dim last = x.rank() == 0 ? null : x.dim(-1);
        if (last == null || !last.isConstant()) {
            throw x.net().misfit(x.toString(), "a last extent that is a number");
        }
        return Math.toIntExact(last.constant());
    }

    static void rank(Tensor x, int rank, String axes) {
        if (x.rank() != rank) {
            throw x.net().misfit(x.toString(), "rank " + rank + ", " + axes);
        }
    }

    static void integers(Tensor x, String what) {
        if (!x.type().isInteger()) {
            throw x.net().misfit(x.toString(), what + " of i32 or i64");
        }
    }

    static void equal(Tensor x, int axis, Dim expected, String what) {
        if (!Signature.mayEqual(x.dim(axis), expected)) {
            throw x.net().misfit(what + " " + x, expected + " along axis " + x.axis(axis));
        }
    }

    static void sameShape(Tensor found, Tensor target) {
        if (found.rank() != target.rank()) {
            throw found.net().misfit("a target " + target, "the extents of " + found);
        }
        for (int axis = 0; axis < target.rank(); axis++) {
            equal(target, axis, found.dim(axis), "a target");
        }
    }
}
