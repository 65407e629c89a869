package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.data.NpyFile;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code lanewise run}: a model on files of values. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a model on values from files: once, or with --steps as a stream with carried state.",
        footer = {
            "",
            "Example:",
            "  lanewise run vad.lane --input input=talk.wav --steps --overlap 64 --output out"
        })
final class RunCommand implements Callable<Integer> {

    private static final int SHOWN = 8;

    @Spec private CommandSpec spec;
    @Mixin private CompileArguments arguments;
    @Mixin private KernelChoice kernels;

    @Parameters(paramLabel = "FILE", description = "A .lane file, or a source model that is compiled first.")
    private Path file;

    @Option(names = {"-i", "--input"}, paramLabel = "NAME=FILE",
            description = "Values of an input: .npy, .pb, .wav or .txt. Once for each input.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", description = "Folder to write NAME.npy to.")
    private Path folder;

    @Option(names = "--steps",
            description = "Cut longer values into chunks of the input's extent, and run these one after another.")
    private boolean steps;

    @Option(names = "--overlap", paramLabel = "N", defaultValue = "0",
            description = "With --steps: each chunk starts with the last N elements of the one before.")
    private int overlap;

    @Override
    public Integer call() throws IOException {
        if (overlap < 0 || overlap > 0 && !steps) {
            throw wrong("--overlap N goes with --steps, and N starts at 0");
        }
        Map<String, DataFile> values = InputFiles.read(spec, inputs);
        if (folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
            throw wrong(folder + ": is a file, expected a folder");
        }
        LoadOptions load = LoadOptions.defaults().start(kernels.choose(LoadOptions.Start.BEST_COLD));
        Model model = Model.of(ModelSource.read(spec, file, arguments), load);
        Session session = model.newSession();
        requireAll(session, values);
        Map<String, Stack> results = run(session, values);
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> files = FileNames.of(List.copyOf(results.keySet()), ".npy");
        if (folder != null) {
            Files.createDirectories(folder);
        }
        for (Map.Entry<String, Stack> result : results.entrySet()) {
            Stack stack = result.getValue();
            out.println(result.getKey() + " " + stack.describe());
            if (folder == null) {
                out.println("  " + stack.first(SHOWN));
            } else {
                Path target = folder.resolve(files.get(result.getKey()));
                OutputFile.write(target, stream -> stream.write(
                        NpyFile.write(stack.type(), stack.shape(), stack.elements())));
                out.println("  wrote " + target);
            }
        }
        out.flush();
        return 0;
    }

    private Map<String, Stack> run(Session session, Map<String, DataFile> values) {
        List<Feed> feeds = new ArrayList<>();
        for (Tensor input : session.inputs()) {
            if (endsStream(input, values)) {
                continue;
            }
            feeds.add(Feed.of(session, input, values.get(input.name()), steps, overlap));
        }
        int count = 1;
        for (Feed feed : feeds) {
            if (feed.steps() > 1) {
                if (count > 1 && count != feed.steps()) {
                    throw new Failure("the inputs give different numbers of steps: " + count + " and " + feed.steps());
                }
                count = feed.steps();
            }
        }
        Map<String, Stack> results = new LinkedHashMap<>();
        for (int step = 0; step < count; step++) {
            for (Feed feed : feeds) {
                feed.shape(step);
            }
            if (step == count - 1) {
                session.inputs().stream()
                        .filter(input -> endsStream(input, values))
                        .forEach(input -> input.setShape(0));
            }
            for (Feed feed : feeds) {
                feed.fill(step);
            }
            session.run();
            for (Tensor output : session.outputs()) {
                results.computeIfAbsent(output.name(), name -> new Stack(output.type(), steps))
                        .add(output.shape(), Elements.encode(output));
            }
        }
        return results;
    }

    /** Whether it is the input that says that the values are at their end, which they themselves say. */
    private static boolean endsStream(Tensor input, Map<String, DataFile> values) {
        return input.name().equals(StreamAxis.MORE) && !values.containsKey(input.name());
    }

    private void requireAll(Session session, Map<String, DataFile> values) {
        List<String> names = session.model().inputNames();
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw wrong("the model has no input '" + name + "'; it has " + session.inputs());
            }
        }
        List<Tensor> missing = session.inputs().stream().filter(
                t -> !values.containsKey(t.name()) && !endsStream(t, values)).toList();
        if (!missing.isEmpty()) {
            throw wrong("no --input for " + missing);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
