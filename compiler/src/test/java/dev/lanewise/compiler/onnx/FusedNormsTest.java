package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import org.junit.jupiter.api.Test;

/** Normalisations and softmax as exporters spell them out are one step that computes what ONNX Runtime does. */
class FusedNormsTest {

    private static Spelling model(String nodes) {
        return new Spelling().in("x", 2, 3, 24).weights("w", 24).weights("b", 24).nodes(nodes);
    }

    @Test
    void layerNorm() throws Exception {
        String[] spellings = {
            // PyTorch
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)",
            "m = ReduceMean(x; axes=[2]); d = Sub(x, m); v = ReduceMean(Mul(d, d); axes=[2]);"
                    + " y = Add(b, Mul(w, Div(d, Sqrt(Add(1e-5, v)))))",
            // two differences, as some versions wrote it
            "m = ReduceMean(x; axes=[-1]); v = ReduceMean(Pow(Sub(x, m), 2); axes=[-1]);"
                    + " y = Add(Mul(Div(Sub(x, m), Sqrt(Add(v, 1e-5))), w), b)",
            // moments folded into scale and offset, as TensorFlow and Keras do
            "m = ReduceMean(x; axes=[-1]); v = ReduceMean(Mul(Sub(x, m), Sub(x, m)); axes=[-1]);"
                    + " r = Mul(Reciprocal(Sqrt(Add(v, 1e-3))), w); y = Add(Mul(x, r), Sub(b, Mul(m, r)))",
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceSumSquare(d; axes=[-1]);"
                    + " y = Add(Mul(Mul(d, Pow(Add(Mul(v, 0.041666668), 1e-5), -0.5)), w), b)",
            // the variance as a difference
            "m = ReduceMean(x; axes=[-1]); v = Sub(ReduceMean(Mul(x, x); axes=[-1]), Mul(m, m));"
                    + " y = Add(Mul(Mul(Sub(x, m), Reciprocal(Sqrt(Add(v, 1e-3)))), w), b)",
            // axes dropped and put back
            "m = Unsqueeze(ReduceMean(x; axes=[2], keepdims=0), [2]); d = Sub(x, m);"
                    + " v = ReduceMean(Pow(d, 2); axes=[2]); y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)",
            // no scale, no bias
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Div(d, Sqrt(Add(v, 1e-5)))",
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Add(Div(d, Sqrt(Add(v, 1e-5))), b)",
        };
        for (String spelling : spellings) {
            model(spelling).becomes(StepKind.LAYER_NORM);
        }
        new Spelling().in("x", 2, 3, 24).weights("w", 3, 24).weights("b", 1, 3, 24)
                .nodes("m = ReduceMean(x; axes=[1, 2]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[1, 2]);"
                        + " y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)")
                .becomes(StepKind.LAYER_NORM);
        new Spelling().opset(18).in("x", 2, 3, 24).weights("w", 24).weights("b", 24)
                .nodes("m = ReduceMean(x, [-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2), [-1]);"
                        + " y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)")
                .becomes(StepKind.LAYER_NORM);
    }

    /** Over axes that are not the last: with what moves them there, where nothing around does so anyway. */
    @Test
    void layerNormOverInnerAxes() throws Exception {
        String[] spellings = {
            "m = ReduceMean(x; axes=[1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[1]);"
                    + " y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)",
            "m = ReduceMean(x; axes=[-2]); v = ReduceMean(Mul(Sub(x, m), Sub(x, m)); axes=[-2]);"
                    + " r = Mul(Reciprocal(Sqrt(Add(v, 1e-3))), w); y = Add(Mul(x, r), Sub(b, Mul(m, r)))",
            "m = Unsqueeze(ReduceMean(x; axes=[1], keepdims=0), [1]); d = Sub(x, m);"
                    + " v = Unsqueeze(ReduceMean(Pow(d, 2); axes=[1], keepdims=0), [1]);"
                    + " y = Add(b, Mul(w, Mul(d, Reciprocal(Sqrt(Add(v, 1e-5))))))",
            "m = ReduceMean(x; axes=[1]); v = Sub(ReduceMean(Mul(x, x); axes=[1]), Mul(m, m));"
                    + " y = Add(Mul(Mul(Sub(x, m), Pow(Add(v, 1e-3), -0.5)), w), b)",
            "t = Transpose(x; perm=[0, 2, 1]); m = ReduceMean(t; axes=[-1]); d = Sub(t, m);"
                    + " v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Transpose(Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), Squeeze(w)), Squeeze(b)); perm=[0, 2, 1])",
        };
        for (String spelling : spellings) {
            new Spelling().in("x", 2, 12, 7).weights("w", 12, 1).weights("b", 12, 1).nodes(spelling)
                    .becomes(StepKind.TRANSPOSE, StepKind.LAYER_NORM, StepKind.TRANSPOSE);
        }
        // several axes, with one of the batch between them
        for (String axes : new String[] {"[1, 3]", "[3, 1]", "[-3, -1]"}) {
            new Spelling().in("x", 2, 3, 4, 5).weights("w", 3, 1, 5).weights("b", 1, 3, 1, 5)
                    .nodes("m = ReduceMean(x; axes=" + axes + "); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=" + axes
                            + "); y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)")
                    .becomes(StepKind.TRANSPOSE, StepKind.LAYER_NORM, StepKind.TRANSPOSE);
        }
        // a scale along another axis comes afterwards
        new Spelling().in("x", 2, 12, 7).weights("w", 7)
                .nodes("m = ReduceMean(x; axes=[1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[1]);"
                        + " y = Mul(Div(d, Sqrt(Add(v, 1e-5))), w)")
                .has(1, StepKind.LAYER_NORM).has(0, StepKind.REDUCE);
    }

    /** Over the channels of images, whose channels are last inside: no transpose is added. */
    @Test
    void normsOfChannels() throws Exception {
        Spelling plain = new Spelling().in("x", 1, 3, 6, 6).weights("k", 8, 3, 3, 3).weights("l", 4, 8, 3, 3)
                .nodes("c = Conv(x, k; pads=[1, 1, 1, 1]); y = Conv(Sigmoid(c), l; pads=[1, 1, 1, 1])");
        long transposes = plain.kinds().stream().filter(kind -> kind == StepKind.TRANSPOSE).count();
        String layerNorm = "m = ReduceMean(c; axes=[1]); d = Sub(c, m); v = ReduceMean(Pow(d, 2); axes=[1]);"
                + " n = Add(Mul(Div(d, Sqrt(Add(v, 1e-6))), Unsqueeze(w, [1, 2])), Unsqueeze(b, [1, 2]));";
        String rmsNorm = "n = Mul(Div(c, Sqrt(Add(ReduceMean(Mul(c, c); axes=[1]), 1e-6))), Unsqueeze(w, [1, 2]));";
        for (String norm : new String[] {layerNorm, rmsNorm}) {
            new Spelling().in("x", 1, 3, 6, 6).weights("k", 8, 3, 3, 3).weights("l", 4, 8, 3, 3)
                    .weights("w", 8).weights("b", 8)
                    .nodes("c = Conv(x, k; pads=[1, 1, 1, 1]); " + norm + " y = Conv(n, l; pads=[1, 1, 1, 1])")
                    .has(1, norm.equals(layerNorm) ? StepKind.LAYER_NORM : StepKind.RMS_NORM)
                    .has(0, StepKind.REDUCE).has((int) transposes, StepKind.TRANSPOSE);
        }
    }

    /** Rows of any number, and what follows another layer rather than an input. */
    @Test
    void layerNormInAModel() throws Exception {
        new Spelling().in("x", Literal.splat(DType.F32, 0.5, 3, 24), "T", 24).dim("T", 1, 5)
                .in("z", 1, 24).weights("p", 24, 24).weights("w", 24).weights("b", 24)
                .nodes("s = Add(Add(x, z), MatMul(Mul(x, z), p)); m = ReduceMean(s; axes=[-1]); d = Sub(s, m);"
                        + " v = ReduceMean(Pow(d, 2); axes=[-1]);"
                        + " y = Add(Mul(Div(d, Sqrt(Add(v, 1e-5))), w), b)")
                .has(1, StepKind.LAYER_NORM).has(0, StepKind.REDUCE);
    }

    @Test
    void notQuiteLayerNorm() throws Exception {
        String[] spellings = {
            // over different axes
            "m = ReduceMean(x; axes=[1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Div(d, Sqrt(Add(v, 1e-5)))",
            // not the mean
            "m = ReduceSum(x, [-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                    + " y = Div(d, Sqrt(Add(v, 1e-5)))",
            // a cube
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 4); axes=[-1]);"
                    + " y = Div(d, Sqrt(Add(v, 1e-5)))",
            // the unbiased variance
            "m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = Div(ReduceSum(Pow(d, 2), [-1]), 23);"
                    + " y = Div(d, Sqrt(Add(v, 1e-5)))",
        };
        for (String spelling : spellings) {
            model(spelling).has(0, StepKind.LAYER_NORM);
        }
        // a scale per row is applied afterwards
        new Spelling().in("x", 2, 3, 24).weights("w", 3, 1)
                .nodes("m = ReduceMean(x; axes=[-1]); d = Sub(x, m); v = ReduceMean(Pow(d, 2); axes=[-1]);"
                        + " y = Mul(Div(d, Sqrt(Add(v, 1e-5))), w)")
                .becomes(StepKind.LAYER_NORM, StepKind.BINARY);
    }

    @Test
    void rmsNorm() throws Exception {
        String[] spellings = {
            "y = Mul(w, Mul(x, Reciprocal(Sqrt(Add(ReduceMean(Pow(x, 2); axes=[-1]), 1e-6)))))",
            "y = Mul(Div(x, Sqrt(Add(ReduceMean(Mul(x, x); axes=[-1]), 1e-6))), w)",
            "y = Mul(x, Mul(Pow(Add(1e-6, ReduceMean(Pow(x, 2); axes=[2])), -0.5), w))",
            "y = Mul(x, Div(w, Sqrt(Add(Div(ReduceSumSquare(x; axes=[-1]), 24), 1e-6))))",
            "c = Cast(x; to=1); y = Mul(w, Cast(Mul(c, Div(1, Sqrt(Add(ReduceMean(Pow(c, 2); axes=[-1]), 1e-6))));"
                    + " to=1))",
            "y = Mul(x, Reciprocal(Sqrt(Add(ReduceMean(Pow(x, 2); axes=[-1]), 1e-6))))",
        };
        for (String spelling : spellings) {
            model(spelling).becomes(StepKind.RMS_NORM);
        }
        String[] inner = {
            "y = Mul(w, Mul(x, Reciprocal(Sqrt(Add(ReduceMean(Pow(x, 2); axes=[1]), 1e-6)))))",
            "y = Mul(Div(x, Sqrt(Add(ReduceMean(Mul(x, x); axes=[1]), 1e-6))), w)",
            "y = Mul(x, Div(w, Sqrt(Add(Div(ReduceSumSquare(x; axes=[-2]), 12), 1e-6))))",
        };
        for (String spelling : inner) {
            new Spelling().in("x", 2, 12, 7).weights("w", 12, 1).nodes(spelling)
                    .becomes(StepKind.TRANSPOSE, StepKind.RMS_NORM, StepKind.TRANSPOSE);
        }
        // by the largest of other rows, by a sum, of something else
        model("y = Mul(x, Reciprocal(Sqrt(Add(ReduceMax(Pow(x, 2); axes=[-1]), 1e-6))))").has(0, StepKind.RMS_NORM);
        model("y = Mul(Add(x, 1), Reciprocal(Sqrt(Add(ReduceMean(Pow(x, 2); axes=[-1]), 1e-6))))")
                .has(0, StepKind.RMS_NORM);
        model("y = Mul(x, Sqrt(Add(ReduceMean(Pow(x, 2); axes=[-1]), 1e-6)))").has(0, StepKind.RMS_NORM);
    }

    @Test
    void softmax() throws Exception {
        String[] spellings = {
            "e = Exp(Sub(x, ReduceMax(x; axes=[-1]))); y = Div(e, ReduceSum(e, [-1]))",
            "e = Exp(x); y = Div(e, ReduceSum(e, [2]))",
            "e = Exp(Sub(x, ReduceMax(x; axes=[2]))); y = Mul(e, Reciprocal(ReduceSum(e, [-1])))",
            "y = Log(Softmax(x; axis=2))",
            "s = Sub(x, ReduceMax(x; axes=[-1])); y = Sub(s, Log(ReduceSum(Exp(s), [-1])))",
        };
        for (String spelling : spellings) {
            model(spelling).becomes(StepKind.SOFTMAX);
        }
        model("e = Exp(x); y = Div(e, ReduceSum(e, [1]))").has(0, StepKind.SOFTMAX);
        model("e = Exp(x); y = Div(e, ReduceSum(x, [2]))").has(0, StepKind.SOFTMAX);
        model("e = Exp(Sub(x, ReduceMax(x; axes=[1]))); y = Div(x, ReduceSum(e, [-1]))").has(0, StepKind.SOFTMAX);
    }
}
