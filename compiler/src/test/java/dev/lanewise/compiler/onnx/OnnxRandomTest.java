package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import org.junit.jupiter.api.Test;

/** What is drawn has the distribution that the inputs state. */
class OnnxRandomTest {

    private static final int SAMPLES = 20_000;

    /** Log-probabilities of two distributions, without a sum; shares within five standard errors. */
    @Test
    void classesAreDrawnByTheirProbabilities() {
        byte[] model = SmallModel.model(GraphProto.newBuilder()
                .addInput(SmallModel.info("x", DType.F32, 2, 3))
                .addNode(SmallModel.node("Multinomial", "y", "x")
                        .addAttribute(SmallModel.integer("sample_size", SAMPLES))
                        .addAttribute(SmallModel.integer("dtype", SmallModel.elementType(DType.I64))))
                .addOutput(SmallModel.info("y", DType.I64, 2, SAMPLES)));
        Session session = Model.of(
                        Compiler.compile("multinomial", model, null, CompileOptions.defaults()).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.SCALAR))
                .newSession();
        double[][] shares = {{0.2, 0.5, 0.3}, {0.9, 0, 0.1}};
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < 3; i++) {
                session.input("x").floats()[session.input("x").offset() + 3 * row + i] =
                        (float) Math.log(7 * shares[row][i]);
            }
        }
        session.run();
        long[] drawn = session.output("y").longs();
        for (int row = 0; row < 2; row++) {
            int[] counts = new int[3];
            for (int i = 0; i < SAMPLES; i++) {
                counts[(int) drawn[session.output("y").offset() + row * SAMPLES + i]]++;
            }
            for (int i = 0; i < 3; i++) {
                double p = shares[row][i];
                assertEquals(p * SAMPLES, counts[i], 5 * Math.sqrt(SAMPLES * p * (1 - p)), "row " + row + ", " + i);
            }
        }
    }
}
