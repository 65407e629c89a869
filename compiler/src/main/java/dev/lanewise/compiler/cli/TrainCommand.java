package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.inspect.TextReport;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.DataException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.ArrayDataset;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Fitted;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.runtime.train.TrainingLog;
import dev.lanewise.runtime.train.TrainingPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** {@code lanewise train}: a model and examples in arrays to a {@code .lane} file with trained weights. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Trains a model: one that was compiled with --trainable, or an ONNX file with --loss. With"
                + " --checkpoint, Ctrl-C finishes the step and saves where training stands, and the same command goes"
                + " on from there.",
        footer = {
            "",
            "Example:",
            "  lanewise train net.onnx --loss cross-entropy:scores --optimizer adamw --clip-norm 1 --dim N=32"
                    + " -i x=images.npy -i target=digits.npy -o trained.lane",
            "  lanewise train net.lane -i x=images.npy -i target=digits.npy -o trained.lane --epochs 10 --hold 0.1"
        })
final class TrainCommand implements Callable<Integer> {

    private enum Rates {
        CONSTANT,
        COSINE,
        ONE_CYCLE
    }

    @Spec private CommandSpec spec;
    @Mixin private TrainableArguments training;
    @Mixin private CompileArguments arguments;
    @Mixin private KernelChoice kernels;

    @Parameters(paramLabel = "MODEL",
            description = "A model that was compiled with --trainable (.lane), or its source (.onnx).")
    private Path in;

    @Option(names = {"-i", "--input"}, paramLabel = "NAME=FILE", required = true,
            description = "Values of an input, an example after the other along the first axis (.npy, .npz, .txt). Once"
                    + " for each input.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = {"-o", "--output"}, paramLabel = "OUT", required = true, description = "The file to write.")
    private Path out;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "10", description = "Default: 10.")
    private int epochs;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "Most examples of a batch; default: 32.")
    private int batch;

    @Option(names = "--rate", paramLabel = "RATE", defaultValue = "0.001",
            description = "Learning rate; default: 0.001.")
    private double rate;

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "CONSTANT",
            description = "constant, cosine or one_cycle. Default: constant.")
    private Rates rates;

    @Option(names = "--warm-up", paramLabel = "N",
            description = "Batches in which the rate first rises from 0; default: none.")
    private int warmUp;

    @Option(names = "--hold", paramLabel = "SHARE",
            description = "Share of the examples, the last ones, to judge the weights by after each epoch.")
    private double held;

    @Option(names = "--patience", paramLabel = "N",
            description = "With --hold: end after so many epochs without improvement, with the best weights.")
    private int patience;

    @Option(names = "--accuracy", paramLabel = "OUTPUT",
            description = "With --hold: the share of examples whose 'target' has the largest score in this output.")
    private String accuracy;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of the examples; default: 0.")
    private long seed;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "Save here after each epoch, and go on from it.")
    private Path checkpoint;

    @Option(names = "--log", paramLabel = "FILE",
            description = "Write JSON Lines, one for every ten steps and each epoch.")
    private Path log;

    @Option(names = "--page", paramLabel = "FILE", description = "Write an HTML page with the curves.")
    private Path page;


    @Override
    public Integer call() throws IOException {
        ModelSource.requireFile(spec, in);
        if (held < 0 || held >= 1) {
            throw new ParameterException(spec.commandLine(), "--hold " + held + ": expected 0 to below 1");
        }
        Model model = Model.of(file(), LoadOptions.defaults().start(kernels.choose(LoadOptions.Start.BEST_COLD)));
        Dataset data = data();
        Trainer trainer = Trainer.of(model);
        PrintWriter print = spec.commandLine().getOut();
        TextReport.printTraining(ModelFacts.of(model.file()), print);
        print.flush();
        int rest = data.size() - (int) (held * data.size());
        Fitted fitted = trainer.fit(data.part(0, rest), options(data.part(rest, data.size())));
        trainer.save(out);
        print.println("wrote " + out + " after " + fitted.steps() + " batches"
                + (fitted.bestEpoch() > 0 ? ", best epoch " + fitted.bestEpoch() : "")
                + (fitted.end() == Fitted.End.STOPPED ? "; stopped before the end" : ""));
        print.flush();
        return 0;
    }

    private ModelFile file() throws IOException {
        if (!ModelSource.isCompiled(in)) {
            return Compiler.compile(in, training.apply(arguments.options())).file();
        }
        if (training.given() || arguments.given()) {
            throw new ParameterException(spec.commandLine(), in + " is compiled already; --loss, --optimizer, --dim and"
                    + " their like are for its source");
        }
        return ModelFile.read(in);
    }

    private FitOptions options(Dataset validation) {
        Schedule schedule = switch (rates) {
            case CONSTANT -> Schedule.constant(rate);
            case COSINE -> Schedule.cosine(rate, 0);
            case ONE_CYCLE -> Schedule.oneCycle(rate);
        };
        FitOptions options = FitOptions.of(epochs, Batching.of(batch).seed(seed))
                .schedule(warmUp > 0 ? schedule.warmUp(warmUp) : schedule);
        if (validation.size() > 0) {
            options = options.validation(validation);
            options = accuracy == null ? options : options.metric(Accuracy.of(accuracy, "target"));
            options = patience == 0 ? options : options.stopEarly(accuracy == null ? "loss" : "accuracy", patience);
        } else if (patience > 0 || accuracy != null) {
            throw new ParameterException(spec.commandLine(), "--patience and --accuracy: only with --hold");
        }
        options = options.listener(ProgressBar.ofConsole());
        options = checkpoint == null ? options : options.checkpoint(checkpoint).resume();
        options = log == null ? options : options.listener(new TrainingLog(log, 10));
        return page == null ? options : options.listener(new TrainingPage(page));
    }

    private Dataset data() throws IOException {
        Map<String, DataFile> values = InputFiles.read(spec, inputs);
        ArrayDataset data = null;
        for (Map.Entry<String, DataFile> value : values.entrySet()) {
            Literal literal = value.getValue().values();
            int examples = literal.rank() == 0 ? 1 : literal.extent(0);
            data = data == null ? Dataset.arrays(examples) : data;
            if (examples != data.size()) {
                throw new DataException("input '" + value.getKey() + "' has " + examples + " examples, another "
                        + data.size());
            }
            if (literal.type() == DType.F32 || literal.type() == DType.F64) {
                float[] floats = new float[literal.size()];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) literal.doubleAt(i);
                }
                data.floats(value.getKey(), floats);
            } else {
                int[] ints = new int[literal.size()];
                for (int i = 0; i < ints.length; i++) {
                    ints[i] = (int) literal.longAt(i);
                }
                data.ints(value.getKey(), ints);
            }
        }
        return data;
    }
}
