package dev.lanewise.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reference cases once more, each axis of each input in turn taken for time: what a stream gives in random chunks
 * is what the case has recorded for the whole, or the node that forbids it is named.
 */
@Tag("once")
class StreamedCasesTest {

    private static final int CHUNK = 3;

    @ParameterizedTest
    @CsvSource({
        // suite, streams
        "onnx-node, 752",
        "onnx-node-opset11, 325",
        "onnx-pytorch-converted, 143",
        "onnx-pytorch-operator, 14",
        "onnx2c-local-ops, 52",
        "ort-contrib-ops, 6",
        "tract-onnx, 7",
    })
    void chunksGiveWhatTheWholeGives(String suite, int streams) throws Exception {
        Path folder = Path.of(System.getProperty("lanewise.data", "absent")).resolve("conformance").resolve(suite);
        if (!Files.isDirectory(folder)) {
            System.out.println("no " + folder + ": streams not checked (set LANEWISE_DATA)");
            return;
        }
        List<String> wrong = new ArrayList<>();
        int streamed = 0;
        for (TestCase testCase : TestCase.find(folder)) {
            byte[] bytes = Files.readAllBytes(testCase.model());
            OnnxPorts ports = OnnxPorts.of(testCase.name(), bytes);
            Example example = testCase.sets().get(0).read(ports);
            if (ports.random() || !example.unsupported().isEmpty() || !example.lengths().isEmpty()) {
                continue;
            }
            for (ValueInfoProto port : ports.fed()) {
                Literal x = example.inputs().get(port.getName());
                for (int axis = 0; x != null && axis < x.rank() && x.extent(axis) > 1; axis++) {
                    String what = testCase.name() + " by " + port.getName() + ":" + axis;
                    try {
                        String problem = problem(testCase, bytes, example, port.getName(), axis);
                        streamed++;
                        if (!problem.isEmpty()) {
                            wrong.add(what + ": " + problem);
                        }
                    } catch (CompileException e) {
                        if (!e.problems().stream().allMatch(StreamedCasesTest::namesWhatRefuses)) {
                            wrong.add(what + ": " + e.getMessage());
                        }
                    } catch (RuntimeException e) {
                        wrong.add(what + ": " + e);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(streams, streamed);
    }

    private static boolean namesWhatRefuses(LanewiseException problem) {
        return problem.getMessage().matches("(?s).*(node|input|output) '.*");
    }

    /** Streams a case; empty where all outputs are what was recorded. */
    private static String problem(TestCase testCase, byte[] bytes, Example example, String input, int axis) {
        Literal x = example.inputs().get(input);
        CompileOptions options = CompileOptions.defaults().autoState(false).dim(input + "." + axis, CHUNK)
                .stream(new StreamAxis(input + ":" + axis, 0));
        for (Map.Entry<String, Literal> other : example.inputs().entrySet()) {
            options = other.getKey().equals(input) ? options : options.pin(other.getKey(), other.getValue());
        }
        Compiled compiled = Compiler.compile(testCase.name(), bytes, testCase.model().getParent(), options);
        LoadOptions scalar = LoadOptions.defaults().start(LoadOptions.Start.SCALAR);
        Session session = Model.of(compiled.file(), scalar).newSession();
        Map<String, List<Literal>> parts = new HashMap<>();
        Random random = new Random(testCase.name().hashCode());
        boolean ends = session.model().inputNames().contains(StreamAxis.MORE);
        int at = 0;
        while (at < x.extent(axis)) {
            int n = Math.min(x.extent(axis) - at, 1 + random.nextInt(CHUNK));
            Tensor tensor = session.input(input);
            Literal chunk = part(x, axis, at, n);
            at += n;
            tensor.setShape(chunk.shape());
            Literal dense = Literal.of(chunk.type(), chunk.toDoubles(), chunk.shape());
            Elements.decode(tensor, ByteBuffer.wrap(dense.encode()));
            if (ends) {
                session.input(StreamAxis.MORE).setShape(at < x.extent(axis) ? 1 : 0);
            }
            session.run();
            for (Tensor out : session.outputs()) {
                parts.computeIfAbsent(out.name(), name -> new ArrayList<>()).add(
                        Literal.decode(out.type(), ByteBuffer.wrap(Elements.encode(out)), out.shape()));
            }
        }
        for (Graph.Port port : compiled.graph().outputs()) {
            Literal expected = example.outputs().get(port.name());
            List<Literal> calls = parts.get(port.name());
            int time = time(compiled, port, input + "." + axis);
            Literal found = time < 0 ? calls.get(calls.size() - 1) : joined(calls, time);
            String problem = expected == null ? "" : difference(found, expected);
            if (!problem.isEmpty()) {
                return "output " + port.name() + " " + problem;
            }
        }
        return "";
    }

    /** The axis along which an output comes in parts, -1 where each call gives it whole. */
    private static int time(Compiled compiled, Graph.Port port, String length) {
        boolean frames = compiled.notes().stream().anyMatch(note -> note.startsWith("stream: " + port.name() + " has"));
        Value value = port.value();
        for (int axis = 0; frames && axis < value.rank(); axis++) {
            List<Dim.Symbol> symbols = new ArrayList<>();
            value.dim(axis).collectSymbols(symbols);
            if (symbols.stream().map(Dim.Symbol::name).anyMatch(
                    name -> name.equals(length) || name.equals(StreamAxis.POSITION) || name.equals(StreamAxis.MORE))) {
                return axis;
            }
        }
        return -1;
    }

    private static Literal part(Literal x, int axis, int from, int n) {
        int[] shape = x.shape();
        int inner = 1;
        for (int i = axis + 1; i < shape.length; i++) {
            inner *= shape[i];
        }
        int width = inner;
        int whole = shape[axis];
        shape[axis] = n;
        return x.select(i -> (i / (n * width) * whole + from) * width + i % (n * width), shape);
    }

    private static Literal joined(List<Literal> parts, int axis) {
        int total = parts.stream().mapToInt(part -> part.extent(axis)).sum();
        int[] shape = parts.get(0).shape();
        shape[axis] = total;
        double[] values = new double[Literal.size(shape)];
        int inner = 1;
        for (int i = axis + 1; i < shape.length; i++) {
            inner *= shape[i];
        }
        int done = 0;
        for (Literal part : parts) {
            int row = part.extent(axis) * inner;
            for (int i = 0; i < part.size(); i++) {
                values[i / row * total * inner + done + i % row] = part.doubleAt(i);
            }
            done += row;
        }
        return Literal.of(parts.get(0).type(), values, shape);
    }

    private static String difference(Literal found, Literal expected) {
        if (!java.util.Arrays.equals(found.shape(), expected.shape())) {
            return "is " + found.describe() + "; expected " + expected.describe();
        }
        double squares = java.util.Arrays.stream(expected.toDoubles()).filter(Double::isFinite).map(v -> v * v).sum();
        double rms = Math.sqrt(squares / Math.max(1, expected.size()));
        double relative = !expected.type().isFloating() ? 0 : expected.type().bytes() < 4 ? 4e-3 : 1e-4;
        for (int i = 0; i < expected.size(); i++) {
            double f = found.doubleAt(i);
            double e = expected.doubleAt(i);
            boolean same = f == e || Double.isNaN(f) && Double.isNaN(e)
                    || Math.abs(f - e) <= relative * Math.max(rms, Math.abs(e));
            if (!same) {
                return "element " + i + " is " + f + "; expected " + e;
            }
        }
        return "";
    }
}
