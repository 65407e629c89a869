package dev.lanewise.bench.learn;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise bench learning}: accuracy on held-out data after the same epochs, Lanewise and PyTorch. */
@Command(
        name = "lanewise bench learning",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains the same networks on the same data in Lanewise and in PyTorch, from the same weights in the same"
                    + " batches, and says what share of held-out labels each has right after the last epoch.",
            "Leaves with status 1 where Lanewise's mean is more than a point below PyTorch's."
        },
        footer = {"", "Example:", "  lanewise bench learning JapaneseVowels --seeds 1"})
public final class Learning implements Callable<Integer> {

    private static final double MOST_POINTS = 1;

    /** Reads a task's data. */
    private interface Source {
        LearningTask read(Path data) throws IOException;
    }

    private static final List<Source> TASKS = List.of(DigitsTask::new, VowelsTask::new);

    @Spec private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "TASK", description = "Which; all if not given.")
    private List<String> names = List.of();

    @Option(names = "--seeds", paramLabel = "N", description = "How often each is trained (3).")
    private int seeds = 3;

    private final PrintWriter out =
            new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private Learning() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Learning()).setUsageHelpAutoWidth(true).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path data = Path.of(System.getenv().getOrDefault("LANEWISE_DATA", "../shared/data"));
        List<LearningTask> tasks = new ArrayList<>();
        for (Source source : TASKS) {
            tasks.add(source.read(data));
        }
        List<String> known = tasks.stream().map(LearningTask::name).toList();
        if (!known.containsAll(names)) {
            throw new ParameterException(spec.commandLine(), names + ": expected some of " + known);
        }
        tasks.removeIf(task -> !names.isEmpty() && !names.contains(task.name()));
        boolean kept = true;
        for (LearningTask task : tasks) {
            kept &= compare(task);
        }
        return kept ? 0 : 1;
    }

    private boolean compare(LearningTask task) throws IOException {
        out.println(task.name() + ": " + task.about() + ", " + task.epochs() + " epochs");
        double[] ours = new double[seeds];
        double[] theirs = new double[seeds];
        for (int seed = 1; seed <= seeds; seed++) {
            for (int fold = 0; fold < task.folds(); fold++) {
                BatchRecord record = new BatchRecord();
                ours[seed - 1] += 100 * LanewiseLearner.learn(task, seed, fold, record) / task.folds();
                theirs[seed - 1] += 100 * TorchLearner.learn(task, seed, fold, record.batches()) / task.folds();
            }
            out.printf(Locale.ROOT, "  seed %d: Lanewise %.2f %%, PyTorch %.2f %%%n", seed, ours[seed - 1],
                    theirs[seed - 1]);
        }
        double difference = mean(ours) - mean(theirs);
        out.printf(Locale.ROOT, "  Lanewise %s, PyTorch %s: %+.2f points%n", spread(ours), spread(theirs), difference);
        return difference >= -MOST_POINTS;
    }

    private static double mean(double... values) {
        return DoubleStream.of(values).average().orElseThrow();
    }

    private static String spread(double... values) {
        return String.format(Locale.ROOT, "%.2f %% (%.2f to %.2f)", mean(values),
                DoubleStream.of(values).min().orElseThrow(), DoubleStream.of(values).max().orElseThrow());
    }
}
