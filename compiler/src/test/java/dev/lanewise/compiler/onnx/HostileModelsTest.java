package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.model;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.SmallModel.number;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.I64;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.onnx.proto.FunctionProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.formats.LanewiseException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small models that ask for much: an answer comes soon, and it is a result or a typed error. */
@Tag("once")
class HostileModelsTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private static void answers(byte[] model) {
        assertTimeoutPreemptively(SOON, () -> {
            try {
                Compiler.compile("hostile", model, null, CompileOptions.defaults().autoState(false));
            } catch (LanewiseException e) {
                // as it should be
            }
        });
    }

    @Test
    void constantsOfAnySize() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(number("n", 1 << 30)).addInitializer(number("zero", 0)).addOutput(info("y", F32, -1))
                .addNode(node("ConstantOfShape", "a0", "n"));
        for (int i = 0; i < 50; i++) {
            graph.addNode(node(i % 2 == 0 ? "Exp" : "Neg", "a" + (i + 1), "a" + i));
        }
        answers(model(graph.addNode(node("Identity", "y", "a50"))));
        answers(model(GraphProto.newBuilder()
                .addInitializer(number("n", Long.MAX_VALUE)).addOutput(info("y", F32, -1))
                .addNode(node("ConstantOfShape", "y", "n"))));
        GraphProto.Builder many = GraphProto.newBuilder()
                .addInitializer(number("n", 1 << 20)).addInitializer(number("zero", 0)).addOutput(info("y", F32, -1))
                .addNode(node("ConstantOfShape", "x", "n"));
        for (int i = 0; i < 2000; i++) {
            many.addNode(node("CumSum", "c" + i, "x", "zero"));
        }
        answers(model(many.addNode(node("Identity", "y", "c7"))));
    }

    @Test
    void repeatsOfRepeats() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("a0", F32, 3)).addInitializer(number("n", 1 << 20)).addOutput(info("y", F32, -1));
        for (int i = 0; i < 8; i++) {
            graph.addNode(node("Tile", "a" + (i + 1), "a" + i, "n"));
        }
        answers(model(graph.addNode(node("Identity", "y", "a8"))));
        answers(model(GraphProto.newBuilder()
                .addInitializer(number("from", 0)).addInitializer(number("to", Long.MAX_VALUE))
                .addInitializer(number("by", 1)).addOutput(info("y", I64, -1))
                .addNode(node("Range", "y", "from", "to", "by"))));
    }

    @Test
    void expressionsThatDouble() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", F32, -1, -1)).addInitializer(number("three", 3)).addOutput(info("y", I64, -1))
                .addNode(node("Shape", "a0", "x"));
        for (int i = 0; i < 200; i++) {
            graph.addNode(node("Div", "b" + i, "a" + i, "three"));
            graph.addNode(node("Mul", "c" + i, "b" + i, "a" + i));
            graph.addNode(node("Add", "a" + (i + 1), "c" + i, "b" + i));
        }
        answers(model(graph.addNode(node("ConstantOfShape", "z", "a200")).addNode(node("Shape", "y", "z"))));
    }

    @Test
    void loopsWithoutEnd() {
        GraphProto body = GraphProto.newBuilder()
                .addInput(info("t", I64)).addInput(info("go", BOOL)).addInput(info("s", I64))
                .addNode(node("Identity", "go'", "go")).addNode(node("Add", "s'", "s", "t"))
                .addNode(node("Identity", "slice", "s'"))
                .addOutput(info("go'", BOOL)).addOutput(info("s'", I64)).addOutput(info("slice", I64))
                .build();
        for (long trips : new long[] {1L << 62, 1 << 28, -1}) {
            answers(model(GraphProto.newBuilder()
                    .addInitializer(number("trips", trips)).addInitializer(number("s0", 0))
                    .addNode(node("Loop", "s,y", "trips", "", "s0").addAttribute(graph("body", body)))
                    .addOutput(info("s", I64)).addOutput(info("y", I64, -1))));
        }
    }

    @Test
    void functionsOfFunctions() throws Exception {
        ModelProto.Builder model = ModelProto.parseFrom(model(GraphProto.newBuilder()
                        .addInput(info("x", F32, 2)).addOutput(info("y", F32, 2))
                        .addNode(node("f0", "y", "x").setDomain("own"))))
                .toBuilder();
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1));
        for (int depth = 0; depth < 15; depth++) {
            FunctionProto.Builder function = FunctionProto.newBuilder()
                    .setName("f" + depth).setDomain("own").addInput("a").addOutput("b10")
                    .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("own").setVersion(1));
            for (int call = 0; call <= 10; call++) {
                function.addNode(node("f" + (depth == 14 ? 0 : depth + 1), "b" + call, call == 0 ? "a" : "b"
                        + (call - 1))
                        .setDomain("own"));
            }
            model.addFunctions(function);
        }
        answers(model.build().toByteArray());
    }
}
