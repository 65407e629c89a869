package dev.lanewise.compiler.cli;

import static dev.lanewise.compiler.cli.Shell.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lanewise.compiler.data.NpyFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compile --stream} as a user types it, and {@code run --steps} of what it writes. */
@Tag("once")
class StreamCliTest {

    @TempDir private Path folder;

    private Path lane;

    @BeforeEach
    void nameTheFile() {
        lane = folder.resolve("m.lane");
    }

    private Path write(byte[] model) throws IOException {
        return Files.write(folder.resolve("m.onnx"), model);
    }

    private Shell compile(byte[] model, Object... options) throws IOException {
        Object[] arguments = new Object[options.length + 4];
        arguments[0] = "compile";
        arguments[1] = write(model);
        arguments[2] = "--output";
        arguments[3] = lane;
        System.arraycopy(options, 0, arguments, 4, options.length);
        return Shell.run(arguments);
    }

    private void assertRefused(int exit, Shell shell, String... texts) {
        assertSays(exit, shell, texts);
        assertFalse(Files.exists(lane), "a file was written");
    }

    @Test
    void whatDependsOnNoOtherFrameIsNotDelayed() throws IOException {
        Shell compiled = compile(SmallModel.relu("y"), "--stream", "axis=T", "--dim", "T=4");
        assertSays(0, compiled, "stream: y has 1 frame for each of T, with a delay of 0",
                "0 states were added, 0 bytes", "extent: T = 1 … 4\n");
        assertFalse(compiled.out().contains("stream.more"), compiled.out());
    }

    @Test
    void delayAndStateAreSaid() throws IOException {
        assertSays(0, compile(SmallModel.lookingAhead(), "--stream", "T", "--dim", "T=2"),
                "stream: y has 1 frame for each of T, with a delay of 1\n", "stream: carries ",
                "stream: 1 state was added, 8 bytes for each stream\n", "stream.more of extent 0 ends it\n",
                ", state 64 B\n"); // in lines of the cache
        assertSays(0, Shell.run("inspect", lane), "stream        y has 1 frame for each of T, with a delay of 1");
    }

    @Test
    void stepsGiveWhatTheWholeDoes() throws IOException {
        assertSays(0, compile(SmallModel.lookingAhead(), "--stream", "T", "--dim", "T=2"));
        Path text = Files.writeString(folder.resolve("x.txt"), "1 2 3 4 5");
        assertSays(0, Shell.run("run", lane, "--steps", "--input", "x=" + text),
                "y f32[5], 3 steps", "3.0 6.0 9.0 12.0 9.0");

        Literal values = Literal.of(new float[] {1, 2, 3, 4, 5}, 1, 1, 5);
        Path array = Files.write(
                folder.resolve("x.npy"), NpyFile.write(values.type(), values.shape(), values.encode()));
        Path results = folder.resolve("results");
        assertSays(0, Shell.run("run", lane, "--steps", "--input", "x=" + array, "--output", results), "wrote ");
        Literal y = NpyFile.read(results.resolve("y.npy"));
        assertArrayEquals(new int[] {5}, y.shape());
        assertArrayEquals(new float[] {3, 6, 9, 12, 9}, y.floats());
    }

    @Test
    void withoutABoundTheDefaultOneIsSaid() throws IOException {
        assertSays(0, compile(SmallModel.relu("y"), "--stream", "T"),
                "extent: T = 1 … 512 (nobody said; --dim T=N changes it)\n");
        assertSays(0, compile(SmallModel.relu("y"), "--stream", "x:0", "--dim", "T=4"), "extent: T = 1 … 4\n");
    }

    @Test
    void chunksMayBeOfOneLength() throws IOException {
        assertSays(0, compile(SmallModel.relu("y"), "--stream", "T", "--dim", "T=4..4"), "input: x f32[4, 2]\n");
    }

    @Test
    void chunksOfNoFramesAreNone() throws IOException {
        assertRefused(1, compile(SmallModel.relu("y"), "--stream", "T", "--dim", "T=0"),
                "--dim T=0: a stream needs chunks of one frame at least\n");
    }

    @Test
    void layersThatReadBackwardsAreNamed() throws IOException {
        assertRefused(1, compile(SmallModel.readingBackwards(), "--stream", "T", "--dim", "T=4"),
                "m.onnx: 1 problem\n", "node 'make_y",
                "(Lstm): cannot be streamed: it reads time backwards, so it looks into an unbounded future\n");
    }

    @Test
    void axesThatTheModelHasNotAreErrors() throws IOException {
        byte[] fixed = SmallModel.sum();
        assertRefused(1, compile(fixed, "--stream", "T"),
                "--stream T: no input has such an axis; "
                        + "all are of fixed length: say which one is time with --stream INPUT:AXIS\n");
        assertRefused(1, compile(fixed, "--stream", "x:2"), "--stream x:2: input 'x' is f32[",
                "and has no axis 2; the first is 0\n");
        assertRefused(1, compile(fixed, "--stream", "z:0"), "--stream z:0: the model has no input 'z'; it has x\n");
        byte[] dynamic = SmallModel.relu("y");
        assertRefused(1, compile(dynamic, "--stream", "time"),
                "--stream time: no input has such an axis; there are [T]\n");
        assertRefused(1, compile(dynamic, "--stream", "x:7"),
                "--stream x:7: input 'x' is f32[T, ", "and has no axis 7; the first is 0\n");
        assertRefused(1, compile(dynamic, "--stream", "T", "--dim", "time=4"),
                "--dim time: the model has no such extent; it has T\n");
    }

    @Test
    void wrongUseIsExitCode2() throws IOException {
        byte[] model = SmallModel.relu("y");
        assertRefused(2, compile(model, "--stream"), "Missing required parameter for option '--stream'");
        assertRefused(2, compile(model, "--window", "3"), "--window 3: only with --stream");
        assertRefused(2, compile(model, "--stream", "T", "--window", "-1"), "--window -1: expected a number of frames");
    }
}
