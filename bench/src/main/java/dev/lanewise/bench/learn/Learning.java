package dev.lanewise.bench.learn;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    private interface Reader {
        LearningTask read(Path data) throws IOException;
    }

    private record Entry(String name, Reader reader) {}

    private static final List<Entry> TASKS = List.of(
            new Entry("spoken-digits", DigitsTask::read),
            new Entry("JapaneseVowels", VowelsTask::read),
            new Entry("movie-reviews", ReviewsTask::read),
            new Entry("pos-tags", TagsTask::read));

    /** For the help. */
    static final class TaskNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        TaskNames() {
            TASKS.forEach(entry -> add(entry.name));
        }
    }

    @Spec private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "TASK", completionCandidates = TaskNames.class,
            description = "Which: ${COMPLETION-CANDIDATES}. All if not given.")
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
        List<String> known = new TaskNames();
        if (!known.containsAll(names)) {
            throw new ParameterException(spec.commandLine(), names + ": expected some of " + known);
        }
        Path data = Path.of(System.getenv().getOrDefault("LANEWISE_DATA", "../shared/data"));
        if (!Files.isDirectory(data.resolve("data"))) {
            throw new ParameterException(spec.commandLine(), "no folder " + data.resolve("data")
                    + " of data to learn from; LANEWISE_DATA says where the reference data are");
        }
        boolean kept = true;
        for (Entry entry : TASKS) {
            if (names.isEmpty() || names.contains(entry.name)) {
                kept &= compare(entry.name, entry.reader.read(data));
            }
        }
        return kept ? 0 : 1;
    }

    private boolean compare(String name, LearningTask task) throws IOException {
        out.println(name + ": " + task.about() + ", " + task.epochs() + " epochs");
        double[] ours = new double[seeds];
        double[] theirs = new double[seeds];
        for (int seed = 1; seed <= seeds; seed++) {
            int splits = task.splits().size();
            for (int split = 0; split < splits; split++) {
                BatchRecord record = new BatchRecord();
                ours[seed - 1] += 100 * LanewiseLearner.learn(task, seed, split, record) / splits;
                theirs[seed - 1] += 100 * TorchLearner.learn(task, seed, split, record.batches()) / splits;
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
