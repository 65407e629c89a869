package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.diff.DiffInputs;
import dev.lanewise.compiler.diff.DiffReport;
import dev.lanewise.compiler.diff.NodeDiff;
import dev.lanewise.compiler.diff.NodeDifference;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxImporter;
import dev.lanewise.runtime.LoadOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise diff}: where a compiled model parts from its source. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = "Runs a model node by node in double precision and as a compiled plan, and prints the first node"
                + " where they part. Exits with 1 where one does.",
        footer = {
            "",
            "Example:",
            "  lanewise diff model.onnx --dim batch=8 --all"
        })
final class DiffCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;
    @Mixin private KernelChoice kernels;

    @Parameters(paramLabel = "MODEL.onnx", description = "The source model.")
    private Path file;

    @Option(names = {"-i", "--input"}, paramLabel = "NAME=FILE",
            description = "Values of an input: .npy, .pb, .wav or .txt. Inputs not given are random, from the seed.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Seed (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--tolerance", paramLabel = "X", defaultValue = "1e-4",
            description = "Difference that counts, relative to the larger of an element and the root mean square of"
                    + " its tensor (${DEFAULT-VALUE}).")
    private double tolerance;

    @Option(names = "--all", description = "Print all nodes, with a star where they part.")
    private boolean all;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--html", paramLabel = "OUT.html", description = "Write a page with a table of all nodes.")
    private Path html;

    @Override
    public Integer call() throws IOException {
        ModelSource.requireFile(spec, file);
        if (ModelSource.isCompiled(file)) {
            throw wrong(file + " is compiled already; expected the model that it came from");
        }
        CompileOptions options = arguments.options();
        if (!options.states().isEmpty()) {
            throw wrong("--state: states are plain inputs here; give their values with --input");
        }
        Graph graph = OnnxImporter.read(
                file.toString(), Files.readAllBytes(file), file.toAbsolutePath().getParent(), options);
        Map<String, Literal> given = readInputs(graph);
        DiffInputs data = DiffInputs.of(graph, given, seed);
        PrintWriter out = spec.commandLine().getOut();
        List<NodeDifference> rows =
                new NodeDiff(graph, options, kernels.choose(LoadOptions.Start.BEST_COLD))
                        .run(data.data(), data.symbols());
        if (html != null) {
            byte[] page = DiffReport.html(rows, tolerance).getBytes(StandardCharsets.UTF_8);
            OutputFile.write(html, stream -> stream.write(page));
        }
        if (json) {
            DiffReport.writeJson(rows, tolerance, seed, out);
        } else {
            data.data().forEach((name, value) -> out.println("input " + name + " " + value.describe()
                    + (given.containsKey(name) ? "" : " random, seed " + seed)));
            DiffReport.print(rows, tolerance, all, out);
        }
        out.flush();
        return DiffReport.first(rows, tolerance) == null ? 0 : Failure.EXIT_CODE;
    }

    private Map<String, Literal> readInputs(Graph graph) throws IOException {
        List<String> names = graph.inputs().stream().map(Graph.Port::name).toList();
        Map<String, Literal> values = new LinkedHashMap<>();
        for (String input : inputs) {
            int at = input.lastIndexOf('=');
            if (at <= 0 || at == input.length() - 1) {
                throw wrong("--input " + input + ": expected NAME=FILE");
            }
            String name = input.substring(0, at);
            Path data = Path.of(input.substring(at + 1));
            if (!Files.isRegularFile(data)) {
                throw wrong(data + ": no such file");
            }
            if (!names.contains(name)) {
                throw wrong("the model has no input '" + name + "'; it has " + String.join(", ", names));
            }
            values.put(name, DataFile.read(data));
        }
        return values;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
