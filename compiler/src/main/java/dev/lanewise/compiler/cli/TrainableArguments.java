package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.train.AddedLoss;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of compiling a model that is to be trained. */
final class TrainableArguments {

    @Spec(Spec.Target.MIXEE) private CommandSpec spec;

    @Option(names = "--trainable", description = "Put programs that train, and judge weights, into the file.")
    private boolean trainable;

    @Option(names = "--loss", paramLabel = "LOSS",
            description = "With --trainable: KIND:OUTPUT adds a loss and an input 'target'; KIND is cross-entropy,"
                    + " binary-cross-entropy, mse or huber. Without a KIND: the name of an output that is the loss.")
    private String loss;

    @Option(names = "--optimizer", paramLabel = "NAME", defaultValue = "adam",
            description = "sgd, momentum, nesterov, adam, adamw, rmsprop or adagrad. Default: adam.")
    private String optimizer;

    @Option(names = "--freeze", paramLabel = "PATTERN",
            description = "Leave weights as they are whose whole name matches this regular expression.")
    private List<String> frozen = new ArrayList<>();

    @Option(names = "--clip-norm", paramLabel = "NORM", description = "Scale gradients down to this norm.")
    private double clipNorm;

    @Option(names = "--accumulate", description = "Let several batches' gradients be added up.")
    private boolean accumulate;

    boolean given() {
        return trainable;
    }

    CompileOptions apply(CompileOptions options) {
        if (!trainable) {
            if (loss != null || !frozen.isEmpty() || clipNorm != 0 || accumulate) {
                throw wrong("--loss, --freeze, --clip-norm and --accumulate: only with --trainable");
            }
            return options;
        }
        if (loss == null) {
            throw wrong("--trainable: say what is to be lowered, such as --loss cross-entropy:scores");
        }
        TrainOptions training = options().clipNorm(clipNorm).accumulate(accumulate);
        for (String pattern : frozen) {
            try {
                training = training.freeze(pattern);
            } catch (PatternSyntaxException e) {
                throw wrong("--freeze " + pattern + ": " + e.getDescription());
            }
        }
        return options.training(training);
    }

    private TrainOptions options() {
        try {
            return loss.indexOf(':') < 0
                    ? TrainOptions.of(loss, optimizer())
                    : TrainOptions.of(AddedLoss.parse(loss), optimizer());
        } catch (IllegalArgumentException e) {
            throw wrong("--loss " + e.getMessage());
        }
    }

    private Optimizer optimizer() {
        return switch (optimizer.toLowerCase(Locale.ROOT)) {
            case "sgd" -> Optimizer.sgd();
            case "momentum" -> Optimizer.momentum(0.9);
            case "nesterov" -> Optimizer.nesterov(0.9);
            case "adam" -> Optimizer.adam();
            case "adamw" -> Optimizer.adamW();
            case "rmsprop" -> Optimizer.rmsProp();
            case "adagrad" -> Optimizer.adagrad();
            default -> throw wrong("--optimizer " + optimizer
                    + ": expected sgd, momentum, nesterov, adam, adamw, rmsprop or adagrad");
        };
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
