package dev.lanewise.compiler.cli;

import static dev.lanewise.compiler.cli.Shell.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.data.NpyFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an ONNX file without a loss to one with trained weights, by the command line alone. */
@Tag("once")
class TrainCliTest {

    private static final int EXAMPLES = 300;

    @TempDir private Path folder;
    private Path onnx;
    private Path lane;

    /** Points in the plane whose class is their third of the circle. */
    @BeforeEach
    void write() throws IOException {
        onnx = Files.write(folder.resolve("m.onnx"), SmallModel.model(GraphProto.newBuilder()
                .addInput(SmallModel.info("x", DType.F32, "B", 2))
                .addInitializer(SmallModel.weights("hidden.w", 2, 16))
                .addInitializer(SmallModel.weights("hidden.b", 16))
                .addInitializer(SmallModel.weights("out.w", 16, 3))
                .addNode(SmallModel.node("MatMul", "h", "x", "hidden.w"))
                .addNode(SmallModel.node("Add", "hb", "h", "hidden.b"))
                .addNode(SmallModel.node("Relu", "r", "hb"))
                .addNode(SmallModel.node("MatMul", "o", "r", "out.w"))
                .addNode(SmallModel.node("Softmax", "p", "o"))
                .addOutput(SmallModel.info("p", DType.F32, "B", 3))));
        lane = folder.resolve("m.lane");
        Random random = new Random(3);
        float[] x = new float[2 * EXAMPLES];
        long[] classes = new long[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            x[2 * i] = random.nextFloat() - 0.5f;
            x[2 * i + 1] = random.nextFloat() - 0.5f;
            classes[i] = (int) Math.min(2, (Math.atan2(x[2 * i + 1], x[2 * i]) + Math.PI) / (2 * Math.PI) * 3);
        }
        npy("x.npy", Literal.of(x, EXAMPLES, 2));
        npy("target.npy", Literal.of(classes, EXAMPLES));
    }

    private void npy(String name, Literal values) throws IOException {
        Files.write(folder.resolve(name), NpyFile.write(values.type(), values.shape(), values.encode()));
    }

    private Shell compile(Object... more) {
        Object[] all = new Object[6 + more.length];
        System.arraycopy(new Object[] {"compile", onnx, "-o", lane, "--dim", "B=1..16"}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return Shell.run(all);
    }

    @Test
    void compilesTrainsAndRuns() throws IOException {
        assertSays(0, compile("--trainable", "--loss", "cross-entropy:p", "--clip-norm", "5"),
                "training ", " weights", " optimiser", " activations", "program       train: ", "learning_rate");
        assertSays(0, Shell.run("inspect", lane), "program       infer: ", "program       evaluate: ", "x target");
        Path out = folder.resolve("trained.lane");
        Shell trained = Shell.run(
                "train", lane, "-i", "x=" + folder.resolve("x.npy"), "-i", "target=" + folder.resolve("target.npy"),
                "-o", out, "--epochs", "40", "--batch", "16", "--rate", "0.02", "--schedule", "ONE_CYCLE", "--hold",
                        "0.2",
                "--accuracy", "p", "--patience", "30", "--checkpoint", folder.resolve("c"), "--log",
                        folder.resolve("l"),
                "--page", folder.resolve("h.html"));
        assertSays(0, trained, "wrote " + out + " after ", "best epoch");
        assertTrue(Files.readString(folder.resolve("h.html")).contains("Validation: accuracy"));
        Session session = Model.load(out).newSession();
        assertEquals(1, session.inputs().size());
        session.input("x").setShape(1, 2);
        session.input("x").set(0.4f, -0.02f); // close to the beginning of the second third's middle
        session.run();
        assertTrue(session.output("p").get(1) > 0.9, session.output("p").get(1) + " of class 1");
        // exported, and compiled again, it is the trained model
        Path exported = folder.resolve("trained.onnx");
        assertSays(0, Shell.run("export", out, "-o", exported), "wrote");
        assertSays(0, Shell.run("compile", exported, "-o", lane), "wrote");
        Session again = Model.load(lane).newSession();
        again.input("x").setShape(1, 2);
        again.input("x").set(0.4f, -0.02f);
        again.run();
        assertEquals(session.output("p").get(1), again.output("p").get(1), 1e-5);
    }

    @Test
    void whatIsFrozenStaysAndTakesNoMemory() {
        Shell whole = compile("--trainable", "--loss", "cross-entropy:p", "--optimizer", "sgd");
        assertSays(0, whole, "384 B weights");
        Shell frozen = compile("--trainable", "--loss", "cross-entropy:p", "--optimizer", "sgd", "--freeze",
                "hidden.*");
        assertSays(0, frozen, "192 B weights");
        assertFalse(frozen.out().contains("optimiser"), frozen.out());
    }

    /** Compiling is a part of it, and what belongs to compiling is refused for what is compiled. */
    @Test
    void trainsAnOnnxFileByItself() {
        Path out = folder.resolve("trained.lane");
        Object[] data = {
            "-i", "x=" + folder.resolve("x.npy"), "-i", "target=" + folder.resolve("target.npy"), "-o", out};
        assertSays(2, train(onnx, data), "such as --loss cross-entropy:scores");
        Shell trained = train(
                onnx, data, "--loss", "cross-entropy:p", "--optimizer", "adamw", "--clip-norm", "1", "--dim", "B=1..16",
                "--batch", "16", "--epochs", "2", "--warm-up", "5", "--hold", "0.2", "--accuracy", "p");
        assertSays(0, trained, "wrote " + out);
        assertSays(2, train(out, data, "--optimizer", "sgd"), "is compiled already");
        assertSays(0, train(out, data, "--epochs", "1", "--batch", "16"), "wrote " + out);
    }

    private static Shell train(Path model, Object[] data, Object... more) {
        return Shell.run(Stream.of(new Object[] {"train", model}, data, more).flatMap(Stream::of).toArray());
    }

    @Test
    void wrongUseSaysWhatIsRight() {
        assertSays(2, compile("--loss", "mse:p"), "only with --trainable");
        assertSays(2, compile("--recompute"), "only with --trainable");
        assertSays(0, compile("--trainable", "--loss", "mse:p", "--recompute"), "recomputing would save nothing");
        assertSays(2, compile("--trainable"), "--loss cross-entropy:scores");
        assertSays(2, compile("--optimizer", "sgd"), "only with --trainable");
        assertSays(2, compile("--trainable", "--loss", "hinge:p"), "cross-entropy, binary-cross-entropy, mse, huber");
        assertSays(1, compile("--trainable", "--loss", "mse:q"), "no output 'q'", "[p]");
        assertSays(2, compile("--trainable", "--loss", "mse:p", "--optimizer", "lion"), "adamw");
        assertSays(0, compile(), "wrote");
        assertSays(1, Shell.run("train", lane, "-i", "x=" + folder.resolve("x.npy"), "-o", folder.resolve("t.lane")),
                "compile it with --trainable");
        assertSays(0, compile("--trainable", "--loss", "mse:p"), "wrote");
        assertSays(1, Shell.run(
                        "train", lane, "-i", "x=" + folder.resolve("x.npy"), "-o", folder.resolve("t.lane"),
                                "--batch", "8"),
                "example 0: no values of input 'target'");
    }
}
