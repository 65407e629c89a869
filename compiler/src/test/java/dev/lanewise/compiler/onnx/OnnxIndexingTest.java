package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operators that choose or change elements by index, against ONNX Runtime, with symbolic extents too. */
@Tag("once")
class OnnxIndexingTest {

    private static Literal index(int n, int... shape) {
        return uniform(DType.I64, -n, n, 7, shape);
    }

    @Test
    void theBestOfANumberGivenAtRunTime() {
        for (long k = 0; k < 5; k += 2) {
            for (long largest = 0; largest < 2; largest++) {
                new OneNode("TopK", 11).in(3, 4, 5).in(Literal.of(new long[] {k}, 1)).set("axis", 1)
                        .set("largest", largest).outputs(2).agrees();
            }
        }
    }

    @Test
    void gathers() {
        for (long axis = -3; axis < 3; axis++) {
            new OneNode("Gather", 13).in(4, 5, 6).in(index(4, 2, 3)).set("axis", axis).agrees();
            new OneNode("Gather", 13).in(4, 5, 6).known(Literal.scalar(-2L)).set("axis", axis).agrees();
        }
        new OneNode("Gather", 13).in(uniform(DType.I8, -9, 9, 0, 4, 5)).in(uniform(DType.I32, 0, 4, 1, 3)).agrees();
        new OneNode("GatherElements", 13).in(4, 5).in(index(5, 4, 7)).set("axis", 1).agrees();
        new OneNode("GatherElements", 13).in(4, 5).in(index(4, 3, 2)).set("axis", 0).agrees();
        new OneNode("GatherND", 13).in(4, 5, 6).known(index(4, 3, 2)).agrees();
        new OneNode("GatherND", 13).in(4, 5, 6).known(index(4, 2, 3, 3)).agrees();
        new OneNode("GatherND", 13).in(4, 5, 6).known(index(5, 4, 1)).set("batch_dims", 1).agrees();
    }

    @Test
    void scatters() {
        Literal rows = Literal.of(new long[] {3, 0, -3}, 3, 1);
        for (String reduction : List.of("none", "add", "mul", "max", "min")) {
            int opset = 18;
            new OneNode("ScatterElements", opset).in(4, 5).known(Literal.of(new long[] {1, 0, 3, -1}, 2, 2)).in(2, 2)
                    .set("axis", 0).set("reduction", reduction).agrees();
            new OneNode("ScatterND", opset).in(4, 5).known(rows).in(3, 5).set("reduction", reduction).agrees();
        }
        new OneNode("ScatterElements", 11).in(4, 5).known(Literal.of(new long[] {1, -1}, 1, 2)).in(1, 2)
                .set("axis", 1).agrees();
    }

    /** A depth that is data: a bound comes with an option. */
    @Test
    void classesOfAnyNumber() {
        for (int axis = -1; axis < 2; axis++) {
            byte[] model = SmallModel.model(GraphProto.newBuilder()
                    .addInput(SmallModel.info("x", DType.I64, 3, 2)).addInput(SmallModel.info("depth", DType.I64))
                    .addInput(SmallModel.info("values", DType.F32, 2))
                    .addNode(SmallModel.node("OneHot", "y", "x", "depth", "values")
                            .addAttribute(SmallModel.integer("axis", axis)))
                    .addOutput(SmallModel.info("y", DType.F32, -1, -1, -1)));
            CompileOptions options =
                    CompileOptions.defaults().autoState(false).dim("y." + Math.floorMod(axis, 3), 9);
            for (long depth = 1; depth < 8; depth += 3) {
                new OnnxAgreement("a depth of " + depth, model, Map.of(
                        "x", uniform(DType.I64, -6, 6, 0, 3, 2), "depth", Literal.scalar(depth),
                        "values", Literal.of(new float[] {2, 7}, 2)), options).agrees();
            }
        }
    }

    @Test
    void choices() {
        new OneNode("NonZero", 13).in(uniform(DType.I64, 0, 2, 3, 3, 4)).agrees();
        new OneNode("NonZero", 13).in(uniform(DType.F32, -1, 1, 3, 5)).agrees();
        new OneNode("Compress", 11).in(4, 5).in(Literal.of(DType.BOOL, new long[] {1, 0, 1}, 3)).set("axis",
                0).agrees();
        new OneNode("Compress", 11).in(2, 3).in(Literal.of(DType.BOOL, new long[] {0, 1, 1, 0, 1}, 5)).agrees();
        new OneNode("TopK", 11).in(3, 17).known(4).outputs(2).agrees();
        new OneNode("TopK", 11).in(uniform(DType.I64, 0, 4, 3, 6, 3)).known(3).set("axis", 0).set("largest", 0)
                .outputs(2).agrees();
        new OneNode("OneHot", 11).in(index(5, 3, 2)).known(Literal.scalar(5L)).known(Literal.of(new float[] {2, 7}, 2))
                .agrees();
        new OneNode("OneHot", 11).in(index(8, 4)).known(Literal.scalar(5f)).in(2).set("axis", 0).agrees();
        new OneNode("ReverseSequence", 10).in(5, 4, 3).in(Literal.of(new long[] {1, 2, 4, 5}, 4)).agrees();
        new OneNode("ReverseSequence", 10).in(4, 5).in(Literal.of(new long[] {0, 2, 4, 5}, 4))
                .set("time_axis", 1).set("batch_axis", 0).agrees();
        new OneNode("Range",
                11).known(Literal.scalar(2L)).known(Literal.scalar(-9L)).known(Literal.scalar(-3L)).agrees();
        new OneNode("Range",
                11).known(Literal.scalar(1f)).known(Literal.scalar(2f)).known(Literal.scalar(0.3f)).agrees();
    }
}
