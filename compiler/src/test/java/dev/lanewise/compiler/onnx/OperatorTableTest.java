package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.check.CaseCompiler;
import dev.lanewise.compiler.check.TestCase;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.op.CaseGraph;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.Ops;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.proto.StepKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The tables of operators in {@code docs} are what the importer's lists and the compiler say.
 * {@code -Dlanewise.write=true} writes them.
 */
@Tag("once")
class OperatorTableTest {

    private static final Path DOCS = Path.of(System.getProperty("lanewise.root", "..")).resolve("docs");
    private static final Path TABLE = DOCS.resolve("operators.md");
    private static final Path FORMS = DOCS.resolve("operator-forms.md");

    /** Differences that tests have settled; each names its test. */
    private static final String APART = """

            ## Where ONNX Runtime gives something else

            Tests compare with ONNX Runtime wherever it runs an operator. Where it parts from ONNX, Lanewise follows
            ONNX's definition and its reference:

            * `BlackmanWindow` of integers is 1 at its height, as in ONNX's reference. ONNX Runtime's coefficients are
              f32, do not quite sum to 1, and are cut off to 0. A symmetric window of length 1 divides by 0 in both:
              NaN, and 0 where it is cut off to an integer. (`OnnxFormulasTest`)
            * `STFT` of complex numbers multiplies by the window, which is real. ONNX Runtime reads the window as
              complex numbers, beyond its end; without a window the two agree. A frame as long as the signal is one
              frame, which ONNX Runtime refuses. (`OnnxFormulasTest`)
            * `com.microsoft:DynamicQuantizeLSTM` quantises h in each step. An element that lies between two codes falls
              to one side or the other by the last bits of a sigmoid, and what follows parts by what a code is worth: of
              400 random layers of 40 steps 4 did. Lanewise's result is that of double precision in the case that is
              kept. (`OnnxDynamicLstmTest`)
            * `SplitToSequence` with sizes ignores `keepdims`, as ONNX says; ONNX Runtime fails.
              (`OnnxSequenceFormsTest`)
            * `Scan` over no slices gives its states as they were, and collects nothing; ONNX Runtime fails.
              (`OnnxControlFormsTest`)
            """;

    @Test
    void theTableIsWhatTheImporterSupports() throws IOException {
        same(TABLE, table());
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        text.append("# Supported operators\n\n");
        text.append("""
                Made from the importer's own lists by `OperatorTableTest`. An attribute, type or form that an operator
                does not support is named when a model is compiled, with the node and the reason; all of a model's
                problems are reported together. What each becomes: [operator-forms.md](operator-forms.md).
                """);
        list(text, "", "The default domain, ai.onnx, operator sets 7 and newer");
        list(text, "com.microsoft", "com.microsoft");
        list(text, "qonnx.custom_op.general", "qonnx.custom_op.general, finn.custom_op.general, onnx.brevitas");
        list(text, "qonnx.custom_op.channels_last", "qonnx.custom_op.channels_last");
        operations(text);
        return text.toString();
    }

    /** The operations of the graph, each with the steps that its own cases become. */
    private static void operations(StringBuilder text) {
        Map<String, Set<String>> steps = new TreeMap<>();
        for (Ops.Entry entry : Ops.ALL) {
            Set<String> kinds = new TreeSet<>();
            for (OpCase opCase : entry.cases().get()) {
                Graph graph = CaseGraph.of(opCase).graph();
                Compiled compiled = Compiler.compile("case", graph, CompileOptions.defaults().autoState(false));
                ModelFacts.of(compiled.file()).steps().forEach(step -> kinds.add(step.kind()));
            }
            steps.put(entry.op().getSimpleName(), kinds);
        }
        int kinds = StepKind.values().length - 2; // without UNSPECIFIED and UNRECOGNIZED
        text.append("\n## Operations and steps\n\nThe importer expresses all of them through ").append(steps.size());
        text.append(" operations of the graph, and these are\nexecuted by ").append(kinds);
        text.append(" kinds of steps. Each operation with the steps that its cases become:\n\n");
        text.append("| operation | steps |\n|---|---|\n");
        rows(text, steps);
    }

    /**
     * What operators become, seen on the conformance cases that have one node: the operations that are left
     * when the compiler is done.
     */
    @Test
    void formsAreWhatTheCompilerMakesOfTheCases() throws IOException {
        Path data = Path.of(System.getProperty("lanewise.data", "absent")).resolve("conformance");
        if (!Files.isDirectory(data)) {
            System.out.println("no " + data + ": what operators become is not checked (set LANEWISE_DATA)");
            return;
        }
        Map<String, Set<String>> forms = new TreeMap<>();
        for (String suite : List.of("onnx-node", "onnx-node-opset11", "onnx2c-local-ops", "ort-contrib-ops")) {
            for (TestCase testCase : TestCase.find(data.resolve(suite))) {
                ModelProto model = ModelProto.parseFrom(Files.readAllBytes(testCase.model()));
                String name = model.getGraph().getNodeCount() == 1 ? name(model.getGraph().getNode(0)) : "";
                if (OnnxOps.names().contains(name)) {
                    forms.computeIfAbsent(name.replaceFirst("^:", ""), n -> new TreeSet<>()).addAll(form(testCase));
                }
            }
        }
        StringBuilder text = new StringBuilder("# What operators become\n\n");
        text.append("""
                Made by `OperatorTableTest` from the conformance cases that have one node: the operations of the graph
                that are left when the compiler is done, over all cases of an operator, whatever their attributes
                and types, once with all inputs given at run time and once with constants for all but the first.
                What operations run as: [operators.md](operators.md). Where nothing is left, the operator is
                computed while compiling, or costs nothing.

                | operator | operations |
                |---|---|
                """);
        rows(text, forms);
        text.append(APART);
        same(FORMS, text.toString());
    }

    private static void rows(StringBuilder text, Map<String, Set<String>> rows) {
        rows.forEach((name, of) ->
                text.append("| ").append(name).append(" | ").append(String.join(", ", of)).append(" |\n"));
    }

    private static String name(NodeProto node) {
        String domain = node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
        return domain + ":" + node.getOpType();
    }

    private static Set<String> form(TestCase testCase) throws IOException {
        Set<String> ops = new TreeSet<>();
        for (boolean weights : new boolean[] {false, true}) {
            try {
                collect(CaseCompiler.compile(testCase, weights).graph(), ops);
            } catch (LanewiseException e) {
                continue; // out of scope: a string, a float of 8 bits
            }
        }
        return ops;
    }

    private static void collect(Graph graph, Set<String> ops) {
        for (Node node : graph.nodes()) {
            ops.add(node.op().getClass().getSimpleName());
            node.op().bodies().forEach(body -> collect(body, ops));
        }
    }

    private static void same(Path page, String text) throws IOException {
        if (Boolean.getBoolean("lanewise.write")) {
            Files.writeString(page, text);
        }
        assertEquals(text, Files.readString(page), "run this test with -Dlanewise.write=true and look at the change");
    }

    private static void list(StringBuilder text, String domain, String title) {
        List<String> names = OnnxOps.names().stream()
                .filter(name -> name.startsWith(domain + ":"))
                .map(name -> name.substring(domain.length() + 1))
                .toList();
        text.append("\n## ").append(title).append(": ").append(names.size()).append("\n\n").append(wrapped(names));
    }

    private static String wrapped(List<String> names) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String name : names) {
            if (column > 0 && column + name.length() + 2 > 100) {
                text.append('\n');
                column = 0;
            } else if (column > 0) {
                text.append(' ');
                column++;
            }
            text.append(name);
            column += name.length();
        }
        return text.append('\n').toString();
    }
}
