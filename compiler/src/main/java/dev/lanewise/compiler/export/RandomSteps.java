package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.op.Random;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;
import java.util.Map;

/** Numbers of the same distribution: which ones, each runtime decides itself, with or without a seed. */
final class RandomSteps {

    private RandomSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.RANDOM, RandomSteps::random);
    }

    private static void random(LaneStep step) {
        long seed = Integer.toUnsignedLong(step.integer(1)) | (long) step.integer(2) << 32;
        switch (step.choice(0, Random.Distribution.values())) {
            case UNIFORM -> step.out(0, generated(step, "RandomUniform", "low", "high", seed));
            case NORMAL -> step.out(0, generated(step, "RandomNormal", "mean", "scale", seed));
            case BERNOULLI -> {
                DType in = new Arithmetic(step).computed("Bernoulli", step.type(0));
                step.out(0, step.graph().node("Bernoulli", step.graph().cast(step.in(0), in))
                        .integer("dtype", OnnxTensors.number(step.outType(0)))
                        .number("seed", seed)
                        .out(step.outType(0)));
            }
        }
    }

    private static OnnxValue generated(LaneStep step, String operator, String first, String second, long seed) {
        GraphDraft graph = step.graph();
        List<Dim> shape = step.outShape(0);
        NodeDraft node;
        if (shape.stream().allMatch(Dim::isConstant)) {
            node = graph.node(operator).integers("shape", Weights.numbers(shape));
        } else {
            OnnxValue like = graph.node("ConstantOfShape", step.extents().vector(shape)).out(DType.F32);
            node = graph.node(operator + "Like", like);
        }
        return node
                .number(first, step.number(0))
                .number(second, step.number(1))
                .number("seed", seed)
                .integer("dtype", OnnxTensors.number(DType.F32))
                .out(DType.F32);
    }
}
