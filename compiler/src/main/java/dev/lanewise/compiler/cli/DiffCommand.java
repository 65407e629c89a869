package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.diff.DiffInputs;
import dev.lanewise.compiler.diff.DiffJson;
import dev.lanewise.compiler.diff.DiffPage;
import dev.lanewise.compiler.diff.DiffResult;
import dev.lanewise.compiler.diff.DiffSource;
import dev.lanewise.compiler.diff.DiffText;
import dev.lanewise.compiler.diff.NodeDiff;
import dev.lanewise.compiler.diff.Peer;
import dev.lanewise.compiler.diff.Peers;
import dev.lanewise.compiler.diff.Reference;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.inspect.TextReport;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        description = "Runs a model node by node in double precision and as a compiled plan, and in ONNX Runtime where"
                + " that is asked for, and prints the first node where they part. Exits with 1 where one does.",
        footer = {
            "",
            "Example:",
            "  lanewise diff model.onnx --dim batch=8 --all",
            "  lanewise diff model.onnx --onnxruntime --html diff.html"
        })
final class DiffCommand implements Callable<Integer> {

    /** Small enough for the reference, large enough that neighbours matter. */
    private static final long USUAL_EXTENT = 4;

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

    @Option(names = "--onnxruntime", description = "Compare with ONNX Runtime as well.")
    private boolean onnxRuntime;

    @Option(names = "--limit", paramLabel = "SECONDS", defaultValue = "60",
            description = "Time for the double-precision reference; nodes that it does not reach are not compared"
                    + " (${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Override
    public Integer call() throws IOException {
        ModelSource.requireFile(spec, file);
        if (ModelSource.isCompiled(file)) {
            throw wrong(file + " is compiled already; expected the model that it came from");
        }
        if (limitSeconds < 1) {
            throw wrong("--limit starts at 1");
        }
        if (!(tolerance >= 0)) { // nor NaN
            throw wrong("--tolerance " + tolerance + ": expected 0 or more, such as 1e-4");
        }
        CompileOptions options = arguments.options();
        if (!options.states().isEmpty()) {
            throw wrong("--state: states are plain inputs here; give their values with --input");
        }
        Optional<Peer> peer = onnxRuntime ? Peer.find() : Optional.empty();
        if (onnxRuntime && peer.isEmpty()) {
            throw wrong("--onnxruntime: not on the class path; ./lanewise diff puts it there,"
                    + " in a clone of the project");
        }
        DiffSource source = DiffSource.read(file, options);
        Map<String, DataFile> given = readInputs(source.model().graph());
        DiffRun run = run(source, given);
        Peers peers = peer.isPresent() ? run.source().runIn(peer.get(), run.inputs()) : Peers.NONE;
        DiffResult result = new NodeDiff(
                        run.source().model().graph(), run.source().options(),
                        kernels.choose(LoadOptions.Start.BEST_COLD))
                .run(run.inputs(), run.reference(), peers, tolerance);
        report(result, run.inputs(), given);
        return result.first() == null ? 0 : Failure.EXIT_CODE;
    }

    private record DiffRun(DiffSource source, DiffInputs inputs, Reference reference) {}

    /** With extents of the usual size where they are free; some models say that theirs vary, and take but 1. */
    private DiffRun run(DiffSource source, Map<String, DataFile> given) throws IOException {
        try {
            return run(source, given, USUAL_EXTENT);
        } catch (ShapeException e) {
            try {
                return run(source, given, 1);
            } catch (ShapeException | CompileException again) {
                throw e; // tells more of what the user sees
            }
        }
    }

    private DiffRun run(DiffSource source, Map<String, DataFile> given, long usual) throws IOException {
        DiffInputs wide = DiffInputs.of(source.model().graph(), given, usual, seed);
        DiffSource narrow = source.bounded(wide.symbols());
        DiffInputs data = DiffInputs.of(narrow.model().graph(), given, usual, seed);
        Patience patience = new Patience(limitSeconds, spec.commandLine().getErr());
        return new DiffRun(narrow, data, Reference.of(narrow.model().graph(), data, patience));
    }

    private void report(DiffResult result, DiffInputs inputs, Map<String, DataFile> given) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (html != null) {
            byte[] page = DiffPage.of(result, file.getFileName().toString()).getBytes(StandardCharsets.UTF_8);
            OutputFile.write(html, stream -> stream.write(page));
        }
        if (json) {
            DiffJson.write(result, out);
        } else {
            inputs.data().forEach((name, value) -> out.println("input " + TextReport.plain(name) + " "
                    + value.describe() + (given.containsKey(name) ? "" : " random, seed " + seed)));
            DiffText.print(result, all, out);
        }
        out.flush();
    }

    private Map<String, DataFile> readInputs(Graph graph) throws IOException {
        Map<String, DType> types = new LinkedHashMap<>();
        graph.inputs().forEach(port -> types.put(port.name(), port.value().type().type()));
        Map<String, DataFile> given = InputFiles.read(spec, inputs);
        for (String name : given.keySet()) {
            if (!types.containsKey(name)) {
                throw wrong("the model has no input '" + name + "'; it has " + String.join(", ", types.keySet()));
            }
        }
        given.replaceAll((name, data) -> inType(data, types.get(name)));
        return given;
    }

    /** Numbers of a text are meant in the input's type. */
    private static DataFile inType(DataFile data, DType type) {
        Literal values = data.values();
        return values.type() == DType.F64 && type != DType.F64
                ? new DataFile(data.file(), Literal.of(type, values.toDoubles(), values.shape()))
                : data;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
