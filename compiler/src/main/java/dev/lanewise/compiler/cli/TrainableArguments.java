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

/** How a model is to be trained, which is decided when it is compiled. */
final class TrainableArguments {

    @Spec(Spec.Target.MIXEE) private CommandSpec spec;

    @Option(names = "--loss", paramLabel = "LOSS",
            description = "What is to be lowered. KIND:OUTPUT adds a loss and an input 'target'; KIND is cross-entropy,"
                    + " binary-cross-entropy, mse or huber. Without a KIND: the name of an output that is the loss.")
    private String loss;

    @Option(names = "--optimizer", paramLabel = "NAME",
            description = "sgd, momentum, nesterov, adam, sparse-adam, adamw, rmsprop or adagrad. Default: adam.")
    private String optimizer;

    @Option(names = "--freeze", paramLabel = "PATTERN",
            description = "Leave weights as they are whose whole name matches this regular expression.")
    private List<String> frozen = new ArrayList<>();

    @Option(names = "--clip-norm", paramLabel = "NORM", description = "Scale gradients down to this norm.")
    private double clipNorm;

    @Option(names = "--accumulate", description = "Let several batches' gradients be added up.")
    private boolean accumulate;

    @Option(names = "--recompute",
            description = "Keep fewer activations, and compute them anew on the way back: less memory, more work, the"
                    + " same weights.")
    private boolean recompute;

    /** Whether any of them was given. */
    boolean given() {
        return loss != null || optimizer != null || !frozen.isEmpty() || clipNorm != 0 || accumulate || recompute;
    }

    CompileOptions apply(CompileOptions options) {
        if (loss == null) {
            throw wrong("say what training is to lower, such as --loss cross-entropy:scores");
        }
        TrainOptions training = options().clipNorm(clipNorm).accumulate(accumulate).recompute(recompute);
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
        return switch (optimizer == null ? "adam" : optimizer.toLowerCase(Locale.ROOT)) {
            case "sgd" -> Optimizer.sgd();
            case "momentum" -> Optimizer.momentum(0.9);
            case "nesterov" -> Optimizer.nesterov(0.9);
            case "adam" -> Optimizer.adam();
            case "sparse-adam" -> Optimizer.sparseAdam();
            case "adamw" -> Optimizer.adamW();
            case "rmsprop" -> Optimizer.rmsProp();
            case "adagrad" -> Optimizer.adagrad();
            default -> throw wrong("--optimizer " + optimizer
                    + ": expected sgd, momentum, nesterov, adam, sparse-adam, adamw, rmsprop or adagrad");
        };
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
