package dev.lanewise.compiler.cli;

import static dev.lanewise.compiler.cli.Shell.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.data.NpyFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.formats.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Each command as a user types it: exit codes, messages, files. */
@Tag("once")
class CliTest {

    private static final String HOSTILE = "</title></svg><script>alert(1)</script>\"'&\u202e";

    @TempDir private Path folder;

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path write(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    /** A case of {@code check}: a model, what goes in and what should come out, [4, {@code last}]. */
    private void writeCase(String name, byte[] model, float last) throws IOException {
        int[] shape = {1, 2};
        write(name + "/model.onnx", model);
        write(name + "/test_data_set_0/input_0.pb", SmallModel.tensor(shape, 1, 1).build().toByteArray());
        write(name + "/test_data_set_0/output_0.pb", SmallModel.tensor(shape, 4, last).build().toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"compile", "run", "train", "inspect", "check", "diff", "export", "aot", "doctor", "demo"})
    void everyCommandHasHelpWithAnExample(String command) {
        assertSays(0, Shell.run(command, "--help"), "Usage: lanewise " + command, "Example:", "  lanewise " + command);
    }

    @Test
    void withoutACommandTheCommandsAreShown() {
        assertSays(0, Shell.run(), "compile", "run", "train", "inspect", "check", "diff", "export", "aot", "doctor",
                "demo");
        assertSays(0, Shell.run("--version"), "lanewise");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25)
    void aotWritesAFolderToStartFrom() throws Exception {
        Path model = write("m.onnx", SmallModel.relu("y"));
        Path start = folder.resolve("start");
        Shell shell = Shell.run("aot", model, "-o", start, "--no-vector");
        assertSays(0, shell, "wrote " + start.resolve("m.aot"), "-XX:AOTCache=" + start.resolve("m.aot"), "YOUR.Main");
        String line = shell.out().substring(shell.out().indexOf("java ")).replace("\\\n", " ");
        List<String> command = new ArrayList<>(List.of(line.trim().split("\\s+")));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(1, "-Xlog:aot,cds"); // the cache is taken, and the printed line works as it stands
        command.set(command.size() - 2, command.get(command.size() - 2).replace(":YOUR.jar", ""));
        command.set(command.size() - 1, "dev.lanewise.runtime.Rehearsal");
        command.add(start.resolve("m.lane").toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains("Using AOT-linked classes: true"), output);
        assertTrue(output.contains("calls, at last with scalar kernels"), output);
    }

    /** COLUMNS says how wide; narrower than tables go, descriptions stand under what they describe. */
    @Test
    void helpIsAsWideAsTheTerminal() {
        for (int columns : new int[] {40, 48, 60, 100}) {
            CommandLine commandLine = Lanewise.commandLine();
            HelpWidth.set(commandLine, Integer.toString(columns));
            List<CommandLine> commands = new ArrayList<>(commandLine.getSubcommands().values());
            commands.add(commandLine);
            int longest = 0;
            for (CommandLine command : commands) {
                for (String line : command.getUsageMessage(CommandLine.Help.Ansi.OFF).split("\\R")) {
                    longest = Math.max(longest, line.length());
                    assertTrue(line.length() <= columns, columns + ": " + line);
                }
            }
            assertTrue(longest > columns - 5, columns + ": at most " + longest);
        }
        assertEquals("Usage: lanewise\n  [-h]\n  -h, --help\n        Show this.\n",
                HelpWidth.fold("Usage: lanewise [-h]\n  -h, --help          Show\n                      this.\n", 18));
    }

    @Test
    void wrongUseIsExitCode2AndOneMessage() throws IOException {
        Path model = write("m.onnx", SmallModel.relu("y"));
        assertSays(2, Shell.run("frob"), "frob", "--help");
        assertSays(2, Shell.run("compile", model), "--output");
        assertSays(2, Shell.run("compile", folder.resolve("none.onnx"), "-o", folder.resolve("m.lane")),
                "none.onnx: no such file");
        assertSays(2, Shell.run("compile", folder, "-o", folder.resolve("m.lane")), "is a directory");
        assertSays(2, Shell.run("compile", model, "-o", folder.resolve("m.lane"), "--dim", "T=few"), "--dim T=few",
                "T=512");
        assertSays(2, Shell.run("compile", model, "-o", folder.resolve("m.lane"), "--dim", "T=9..3"), "MIN..MAX");
        assertSays(2, Shell.run("compile", model, "-o", folder.resolve("m.lane"), "--pin", "x=none.npy"), "none.npy");
        assertSays(2, Shell.run("compile", model, "-o", model), "overwrite");
        assertSays(2, Shell.run("run", model), "no --input for [x");
        assertSays(2, Shell.run("run", model, "--input", "x"), "NAME=FILE");
        assertSays(2, Shell.run("check", folder.resolve("none")), "no such directory");
        assertSays(2, Shell.run("check", model), "not a directory");
        assertSays(2, Shell.run("check", folder), "no cases");
        assertEquals(List.of("m.onnx"), files());
    }

    @Test
    void compileWritesAFileAndSaysWhatItDid() throws IOException {
        Path model = write("m.onnx", SmallModel.sum());
        Path lane = folder.resolve("m.lane");
        assertSays(0, Shell.run("compile", model, "-o", lane),
                "state: state = stateN", "input: x f32[1, 2]", "output: y f32[1, 2]", "wrote " + lane);
        assertEquals(List.of("m.lane", "m.onnx"), files());
        Shell stateless = Shell.run("compile", model, "-o", lane, "--no-auto-state");
        assertSays(0, stateless, "output: stateN f32[1, 2]");
        assertFalse(stateless.out().contains("state: "), stateless.out());
        assertSays(0, Shell.run("compile", model, "-o", lane, "--no-auto-state", "--state", "state=y"),
                "state: state = y");
        assertSays(2, Shell.run("compile", lane, "-o", folder.resolve("again.lane")), "compiled already");
    }

    @Test
    void boundsAreSaid() throws IOException {
        Path model = write("m.onnx", SmallModel.relu("y"));
        Path lane = folder.resolve("m.lane");
        assertSays(0, Shell.run("compile", model, "-o", lane), "T = 0 … 512 (nobody said; --dim T=N changes it)");
        assertSays(0, Shell.run("compile", model, "-o", lane, "--dim", "T=4"), "extent: T = 1 … 4\n");
        assertSays(0, Shell.run("compile", model, "-o", lane, "--dim", "T=3..3"), "input: x f32[3, 2]");
    }

    @Test
    void whatDoesNotCompileLeavesNothingAndSaysAllOfIt() throws IOException {
        Path model = write("m.onnx", SmallModel.unsupported());
        assertSays(1, Shell.run("compile", model, "-o", folder.resolve("m.lane")), "make_p", "Frobnicate");
        Files.writeString(folder.resolve("text.onnx"), "this is no model");
        assertSays(1, Shell.run("compile", folder.resolve("text.onnx"), "-o", folder.resolve("m.lane")),
                "not an ONNX model");
        Files.writeString(folder.resolve("m.tflite"), "\u001c\0\0\0TFL3\0\0\0\0");
        assertSays(1, Shell.run("compile", folder.resolve("m.tflite"), "-o", folder.resolve("m.lane")),
                "m.tflite: a TensorFlow Lite model", "tf2onnx");
        Files.createFile(folder.resolve("empty.onnx"));
        assertSays(1, Shell.run("compile", folder.resolve("empty.onnx"), "-o", folder.resolve("m.lane")), "empty");
        Files.writeString(folder.resolve("text.lane"), "this is no model");
        assertSays(1, Shell.run("inspect", folder.resolve("text.lane")), "not a .lane model file");
        assertSays(1, Shell.run("run", folder.resolve("text.lane")), "not a .lane model file");
        Path good = write("good.onnx", SmallModel.sum());
        assertSays(1, Shell.run("compile", good, "-o", folder.resolve("none/m.lane")),
                "none: no such file or directory");
        assertEquals(List.of("empty.onnx", "good.onnx", "m.onnx", "m.tflite", "text.lane", "text.onnx"), files());
    }

    @Test
    void exportWritesAModelThatCompilesAgain() throws IOException {
        Path model = write("m.onnx", SmallModel.sum());
        Path lane = folder.resolve("m.lane");
        Path onnx = write("back.onnx", new byte[] {1, 2, 3}); // is replaced
        assertSays(0, Shell.run("compile", model, "-o", lane), "wrote " + lane);
        assertSays(0, Shell.run("export", lane, "-o", onnx), "state: input state, which output state_next becomes",
                "wrote " + onnx, "operator set 17");
        assertSays(0, Shell.run("compile", onnx, "-o", folder.resolve("again.lane")), "state: state = state_next");
        assertSays(0, Shell.run("export", model, "-o", onnx, "--pin", "x=1,2"), "wrote " + onnx);
        assertEquals(List.of("again.lane", "back.onnx", "m.lane", "m.onnx"), files());
    }

    @Test
    void whatCannotBeExportedLeavesNothing() throws IOException {
        Path lane = folder.resolve("m.lane");
        Path onnx = folder.resolve("back.onnx");
        Path model = write("m.onnx", SmallModel.embedding());
        assertSays(0, Shell.run("compile", model, "-o", lane, "--weights", "int8-dynamic"), "wrote " + lane);
        assertSays(1, Shell.run("export", lane, "-o", onnx), "2 problems", "LSTM", "MATMUL", "--weights int8");
        assertSays(2, Shell.run("export", lane), "--output");
        assertSays(2, Shell.run("export", lane, "-o", lane), "overwrite");
        assertSays(2, Shell.run("export", lane, "-o", folder.resolve("other.lane")), "expected OUT.onnx");
        assertSays(2, Shell.run("export", lane, "-o", onnx, "--dim", "T=4"), "compiled already");
        assertSays(2, Shell.run("export", folder.resolve("none.lane"), "-o", onnx), "no such file");
        assertSays(1, Shell.run("export", model, "-o", folder.resolve("none/m.onnx")),
                "none: no such file or directory");
        byte[] broken = Files.readAllBytes(lane);
        broken[broken.length - 1] ^= 1;
        Path damaged = write("broken.lane", broken);
        assertSays(1, Shell.run("export", damaged, "-o", onnx), "damaged");
        Files.writeString(damaged, "this is no model");
        assertSays(1, Shell.run("export", damaged, "-o", onnx), "not a .lane model file");
        assertEquals(List.of("broken.lane", "m.lane", "m.onnx"), files());
    }

    @Test
    void optionsForWhatTheModelHasNotAreErrors() throws IOException {
        Path model = write("m.onnx", SmallModel.relu("y"));
        Path lane = folder.resolve("m.lane");
        assertSays(1, Shell.run("compile", model, "-o", lane, "--dim", "S=4"),
                "--dim S: the model has no such extent; it has T");
        assertSays(1, Shell.run("compile", model, "-o", lane, "--expose", "q"),
                "--expose q: the model has no such node");
        assertSays(0, Shell.run("compile", model, "-o", folder.resolve("shown.lane"), "--expose", "p"), "output: p");
        Files.delete(folder.resolve("shown.lane"));
        assertSays(1, Shell.run("compile", model, "-o", lane, "--pin", "z=4"),
                "--pin z: the model has no such input; it has x");
        assertSays(1, Shell.run("compile", model, "-o", lane, "--state", "z=y"), "no input 'z'");
        assertFalse(Files.exists(lane));
        model = write("m.onnx", SmallModel.sum());
        assertSays(0, Shell.run("compile", model, "-o", lane, "--pin", "x=1,2", "--no-auto-state"),
                "input: state f32[1, 2]");
    }

    @Test
    void verboseShowsWhereAnErrorComesFrom() throws IOException {
        Path model = write("m.onnx", SmallModel.unsupported());
        Shell shell = Shell.run("compile", model, "-o", folder.resolve("m.lane"), "--verbose");
        assertEquals(1, shell.exit());
        assertTrue(shell.err().contains("\tat "), shell.err());
    }

    @Test
    void runPrintsOrWritesResults() throws IOException {
        Path model = write("m.onnx", SmallModel.relu("../../y"));
        Files.writeString(folder.resolve("x.txt"), "1 0\n0 1 # second row\n-1, -1\n");
        String input = "x=" + folder.resolve("x.txt");
        assertSays(0, Shell.run("run", model, "--input", input), "../../y f32[3, 2]", "1.0 2.0 3.0 4.0 0.0 0.0");
        Path results = folder.resolve("results");
        assertSays(0, Shell.run("run", model, "--input", input, "--output", results), "wrote ");
        try (Stream<Path> written = Files.walk(results)) {
            List<Path> arrays = written.filter(Files::isRegularFile).toList();
            assertEquals(1, arrays.size(), "a name must not lead out of the folder");
            Literal y = NpyFile.read(arrays.get(0));
            assertArrayEquals(new int[] {3, 2}, y.shape());
            assertArrayEquals(new float[] {1, 2, 3, 4, 0, 0}, y.floats());
        }
        assertSays(2, Shell.run("run", model, "--input", input, "--input", "z=" + folder.resolve("x.txt")),
                "no input 'z'");
        Files.writeString(folder.resolve("x.txt"), "1 2\n3 four\n");
        assertSays(1, Shell.run("run", model, "--input", input), "line 2", "'four' is no number");
        Files.writeString(folder.resolve("x.txt"), "1 2 3\n4 5 6\n");
        assertSays(1, Shell.run("run", model, "--input", input), "x.txt: ", "axis 1");
        assertSays(1, Shell.run("diff", model, "--input", input), "x.txt: has f32[2, 3]; input 'x' takes f32[T, 2]");
        Files.write(folder.resolve("x.npy"), NpyFile.write(DType.F32, new int[] {2, 1, 2}, new byte[16]));
        assertSays(1, Shell.run("run", model, "--input", "x=" + folder.resolve("x.npy")),
                "x.npy: has f32[2, 1, 2]; input 'x'");
    }

    @Test
    void stepsCarryState() throws IOException {
        Path model = write("m.onnx", SmallModel.sum());
        Files.writeString(folder.resolve("x.txt"), "1 2\n3 4\n5 6\n");
        String input = "x=" + folder.resolve("x.txt");
        assertSays(0, Shell.run("run", model, "--input", input, "--steps"), "y f32[3, 1, 2], 3 steps",
                "1.0 2.0 4.0 6.0 9.0 12.0");
        assertSays(1, Shell.run("run", model, "--input", input), "axis 0");
        assertSays(2, Shell.run("run", model, "--input", input, "--overlap", "1"), "--steps");
    }

    @Test
    void theLastChunkMayBeShort() throws IOException {
        Path model = write("m.onnx", SmallModel.relu("y"));
        Files.writeString(folder.resolve("x.txt"), "1 0\n0 1\n1 1\n");
        assertSays(0, Shell.run("run", model, "--dim", "T=2", "--input", "x=" + folder.resolve("x.txt"), "--steps"),
                "y f32[3, 2], 2 steps", "1.0 2.0 3.0 4.0 4.0 6.0");
    }

    @Test
    void inspectShowsTextJsonAndMemory() throws IOException {
        Path model = write("m.onnx", SmallModel.sum());
        assertSays(0, Shell.run("inspect", model), "fingerprint", "input         x f32[1, 2]", "steps");
        assertSays(0, Shell.run("inspect", model, "--memory"), "weights", "arena", "state", "native");
        assertSays(0, Shell.run("inspect", model, "--json"), "\"fingerprint\"", "\"arenaLowerBound\"");
    }

    @Test
    void namesInPagesAndOnTerminalsAreText() throws IOException {
        Path model = write("m.onnx", SmallModel.relu(HOSTILE + "\u001b[2J"));
        Path page = folder.resolve("m.html");
        assertSays(0, Shell.run("inspect", model, "--html", page), "wrote " + page);
        String html = Files.readString(page);
        assertFalse(html.contains("<script"), "a name became markup");
        assertTrue(html.contains("&lt;script&gt;alert(1)"), "the name is shown");
        assertFalse(html.contains("\u202e"), "a name turns the text around");
        assertFalse(html.matches("(?s).*(src=|url\\(|href=\"[^#]).*"), "the page refers to others");
        Shell text = Shell.run("inspect", model);
        assertFalse(text.out().contains("\u001b"), "a name commands the terminal");
    }

    @Test
    void checkComparesAndCounts() throws IOException {
        Path cases = folder.resolve("cases");
        writeCase("cases/good", SmallModel.relu("y"), 6);
        writeCase("cases/wrong", SmallModel.relu("y"), 7);
        writeCase("cases/odd", SmallModel.unsupported(), 6);
        Shell all = Shell.run("check", cases);
        assertEquals(1, all.exit());
        assertEquals(List.of("PASS good", "UNSUPPORTED odd", "FAIL wrong", "1 passed, 1 failed, 1 unsupported"),
                all.out().lines().map(line -> line.replaceFirst(":.*", "")).toList());
        assertTrue(all.out().contains("at [0, 1] is 6.0, expected 7.0"), all.out());
        assertEquals(2, Shell.run("check", cases, "--quiet").out().lines().count());
        assertSays(0, Shell.run("check", cases.resolve("good"), "--kernels", "scalar"),
                "1 passed, 0 failed, 0 unsupported");
        assertSays(0, Shell.run("check", cases.resolve("good"), "--twins"), "1 passed");
        assertSays(0, Shell.run("check", cases.resolve("odd"), "--reasons"), "1 × ai.onnx:Frobnicate");
        assertSays(0, Shell.run("check", cases.resolve("good"), "--json"), "\"passed\" : 1", "\"result\" : \"PASS\"");
    }

    @Test
    void diffComparesNodeByNode() throws IOException {
        Path model = write("m.onnx", SmallModel.dense());
        Shell text = Shell.run("diff", model, "--all");
        assertSays(0, text, "input x f32[4, 3] random, seed 0", "  make_s", "4 values agree within 1e-4");
        assertEquals(6, text.out().lines().count(), text.toString());
        assertSays(0, Shell.run("diff", model, "--dim", "T=2"), "input x f32[2, 3]");
        Path x = Files.writeString(folder.resolve("x.txt"), "1 2 3\n4 5 6\n7 8 9\n");
        assertSays(0, Shell.run("diff", model, "--input", "x=" + x), "input x f32[3, 3]\n");
        Shell json = Shell.run("diff", model, "--json");
        assertSays(0, json, "\"firstToPart\" : null", "\"node\" : \"make_s\"", "\"plan\" : {");
        Shell strict = Shell.run("diff", write("c.onnx", SmallModel.convolution()), "--tolerance", "0");
        assertEquals(1, strict.exit(), strict.toString());
        assertTrue(strict.out().contains("first to part: make_c"), strict.toString());
    }

    @Test
    void diffWritesAPage() throws IOException {
        Path model = write("m.onnx", SmallModel.relu(HOSTILE));
        Path page = folder.resolve("d.html");
        assertSays(0, Shell.run("diff", model, "--html", page), "values agree");
        String html = Files.readString(page);
        assertFalse(html.contains("<script"), "a name became markup");
        assertTrue(html.contains("&lt;script&gt;alert(1)"), "the name is shown");
        assertTrue(html.contains("<td>make_p</td><td>MatMul</td><td>f32[4, 2]</td>"), html);
        assertFalse(html.matches("(?s).*(src=|url\\(|href=).*"), "the page refers to others");
    }

    @Test
    void whatDiffCannotDoIsSaid() throws IOException {
        Path model = write("m.onnx", SmallModel.dense());
        assertSays(2, Shell.run("diff", model, "--limit", "0"), "--limit starts at 1");
        assertSays(2, Shell.run("diff", model, "--tolerance", "-1"), "--tolerance -1.0: expected 0 or more");
        assertSays(2, Shell.run("diff", model, "--onnxruntime"), "--onnxruntime: not on the class path");
        assertSays(2, Shell.run("diff", model, "--input", "z=m.onnx"), "m.onnx");
        assertSays(2, Shell.run("diff", model, "--state", "x=y"), "states are plain inputs here");
    }

    @Test
    void kernelsThatCannotBeHadAreAnError() throws IOException {
        writeCase("good", SmallModel.relu("y"), 6);
        assertSays(1, Shell.run("check", folder, "--kernels", "scalar", "--lanes", "4"), "--lanes");
        assertSays(1, Shell.run("check", folder, "--lanes", "3"), "lanes");
        assertSays(2, Shell.run("check", folder, "--kernels", "quick"), "quick");
    }

    @Test
    void doctorSaysWhatWasMadeForAModel() throws IOException {
        Path source = write("m.onnx", SmallModel.relu("y"));
        Shell shell = Shell.run("doctor", "--model", source);
        assertSays(0, shell, "to do ", "model     " + source, "loaded ", "warmed ", "steps     1",
                "  0 matmul + relu", "scalar ", "panels of ");
        Path compiled = folder.resolve("m.lane");
        assertSays(0, Shell.run("compile", source, "-o", compiled), "");
        assertSays(0, Shell.run("doctor", "--model", compiled), "  0 matmul + relu");
    }

    @Test
    void doctorRefusesWhatIsNoModel() throws IOException {
        Path none = folder.resolve("none.lane");
        assertSays(2, Shell.run("doctor", "--model", none), none + ": no such file");
        Path broken = write("broken.lane", "LANEWISE?".getBytes(StandardCharsets.UTF_8));
        assertSays(1, Shell.run("doctor", "--model", broken), broken.toString());
        Path brokenSource = write("broken.onnx", new byte[] {1, 2, 3});
        assertSays(1, Shell.run("doctor", "--model", brokenSource), brokenSource.toString());
        assertSays(2, Shell.run("doctor", "--dim", "T=3"), "--model");
    }

    @Test
    void doctorSaysWhatToChange() {
        assertSays(0, Shell.run("doctor"), "java ", "C2 ", "FMA ", "kernels ", "to do ");
    }

    @Test
    void demoNeedsNoData() {
        assertSays(0, Shell.run("demo", "--own", "--kernels", "scalar"),
                "6 segments", "median", "p99.9", "allocated 0 bytes per chunk");
    }
}
