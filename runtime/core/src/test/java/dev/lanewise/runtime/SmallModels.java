package dev.lanewise.runtime;

import static dev.lanewise.runtime.HandMade.ids;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Models by hand that carry state, for tests of sessions. */
final class SmallModels {

    static final int WIDTH = 19;

    private SmallModels() {}

    /** x [4] and h [19]: h' = tanh([x, h] · W), y = h'; {@code seed} decides W. */
    static HandMade recurrent(long seed) {
        HandMade model = new HandMade();
        int one = model.number(1);
        int four = model.number(4);
        int width = model.number(WIDTH);
        int both = model.number(4 + WIDTH);
        int x = model.input("x", DType.F32, one, four);
        int h = model.state(DType.F32, one, width);
        int joined = model.arena(DType.F32, one, both);
        int w = model.weights(DType.F32, Samples.floats(seed, 4 + WIDTH, WIDTH), both, width);
        int next = model.arena(DType.F32, one, width);
        int y = model.output("y", DType.F32, one, width);
        model.step(StepKind.CONCAT, ids(x, h), ids(joined), 1);
        model.step(StepKind.MATMUL, ids(joined, w), ids(next), 0, 1 + UnaryFn.TANH.ordinal()).addFloats(0).addFloats(0);
        model.copy(next, y);
        model.carried("h", h, next);
        return model;
    }

    /** x [B, 2]: all that was ever given, as a cache [P, B, 2] that grows by one in each run, and its output. */
    static HandMade cache(int bound) {
        HandMade model = new HandMade();
        int one = model.number(1);
        int two = model.number(2);
        int b = model.symbol("B", 1, 3);
        int p = model.symbol("P", 0, bound);
        int grown = model.expression(ExpressionProto.Kind.ADD, p, one);
        int x = model.input("x", DType.F32, b, two);
        int cache = model.state(DType.F32, p, b, two);
        int slice = model.arena(DType.F32, one, b, two);
        int next = model.arena(DType.F32, grown, b, two);
        int y = model.output("y", DType.F32, grown, b, two);
        model.copy(x, slice);
        model.step(StepKind.CONCAT, ids(cache, slice), ids(next), 0);
        model.copy(next, y);
        model.carried("cache", cache, next);
        return model;
    }

    static float[] values(Tensor tensor) {
        float[] values = new float[tensor.size()];
        System.arraycopy(tensor.floats(), tensor.offset(), values, 0, values.length);
        return values;
    }
}
