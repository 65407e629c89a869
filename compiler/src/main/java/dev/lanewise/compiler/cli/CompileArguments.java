package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.data.TextFile;
import dev.lanewise.compiler.graph.Literal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of everything that compiles. */
final class CompileArguments {

    @Spec(Spec.Target.MIXEE) private CommandSpec spec;

    @Option(names = "--dim", paramLabel = "T=MAX",
            description = "Bound of an extent: T=512 or T=1..512; T=512..512 makes it a number.")
    private List<String> dims = new ArrayList<>();

    @Option(names = "--length", paramLabel = "SEQUENCE=N",
            description = "Number of tensors of an input that is a sequence; they become inputs SEQUENCE[0], …")
    private List<String> lengths = new ArrayList<>();

    @Option(names = "--pin", paramLabel = "INPUT=VALUE",
            description = "Fix an input's value: a number, numbers with commas, or a file (.npy, .pb, .txt).")
    private List<String> pins = new ArrayList<>();

    @Option(names = "--state", paramLabel = "IN=OUT",
            description = "Carry an output over to an input of the next call.")
    private List<String> states = new ArrayList<>();

    @Option(names = "--no-auto-state", description = "Pair no inputs and outputs by their names.")
    private boolean noAutoState;

    @Option(names = "--stream", paramLabel = "T",
            description = "Take the sequences of extent T in chunks of any size up to --dim T=MAX; also INPUT:AXIS.")
    private String stream;

    @Option(names = "--window", paramLabel = "N",
            description = "With --stream: frames that causal attention sees, its own among them.")
    private int window;

    @Option(names = "--weights", paramLabel = "[PATTERN=]FORM",
            description = "Store weights as f32, bf16, f16, int8, int8-dynamic (inputs are rounded too) or int4: all,"
                    + " or those whose name, or whose operation's name, matches a regular expression. Of several the"
                    + " last that matches counts.")
    private List<String> weights = new ArrayList<>();

    @Option(names = "--expose", paramLabel = "NODE",
            description = "Make what a node computes an output too, such as a softmax: the weights of attention.")
    private List<String> exposed = new ArrayList<>();

    @Option(names = "--no-debug", description = "Leave the source model's names out of the file.")
    private boolean noDebug;

    /** Whether any of them was given. */
    boolean given() {
        return !dims.isEmpty() || !lengths.isEmpty() || !pins.isEmpty() || !states.isEmpty() || noAutoState
                || noDebug || !weights.isEmpty() || !exposed.isEmpty() || stream != null || window != 0;
    }

    /** Names of the extents whose bounds were given. */
    List<String> boundedDims() {
        return dims.stream().map(dim -> dim.substring(0, Math.max(0, dim.lastIndexOf('=')))).toList();
    }

    CompileOptions options() throws IOException {
        CompileOptions options = CompileOptions.defaults().autoState(!noAutoState).debug(!noDebug);
        for (String dim : dims) {
            options = bound(options, dim);
        }
        for (String length : lengths) {
            String[] parts = split("--length", length);
            try {
                options = options.length(parts[0], Integer.parseInt(parts[1]));
            } catch (NumberFormatException e) {
                throw wrong("--length " + length + ": expected SEQUENCE=N, such as boxes=3");
            }
        }
        for (String pin : pins) {
            String[] parts = split("--pin", pin);
            options = options.pin(parts[0], value(parts[1]));
        }
        for (String state : states) {
            String[] parts = split("--state", state);
            options = options.state(parts[0], parts[1]);
        }
        for (String rule : weights) {
            options = options.weights(rule);
        }
        for (String node : exposed) {
            options = options.expose(node);
        }
        return streamed(options);
    }

    private CompileOptions streamed(CompileOptions options) {
        if (stream == null) {
            if (window != 0) {
                throw wrong("--window " + window + ": only with --stream");
            }
            return options;
        }
        if (window < 0) {
            throw wrong("--window " + window + ": expected a number of frames");
        }
        String axis = stream.startsWith("axis=") ? stream.substring("axis=".length()) : stream;
        return options.stream(new StreamAxis(axis, window));
    }

    private CompileOptions bound(CompileOptions options, String dim) {
        String[] parts = split("--dim", dim);
        int dots = parts[1].indexOf("..");
        try {
            if (dots < 0) {
                int max = Integer.parseInt(parts[1]);
                if (max >= 0) {
                    return options.dim(parts[0], max);
                }
            } else {
                int min = Integer.parseInt(parts[1].substring(0, dots));
                int max = Integer.parseInt(parts[1].substring(dots + 2));
                if (min >= 0 && max >= min) {
                    return options.dim(parts[0], min, max);
                }
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong("--dim " + dim + ": expected NAME=MAX or NAME=MIN..MAX, such as T=512 or T=1..512");
    }

    private Literal value(String text) throws IOException {
        if (!text.isEmpty() && "+-.0123456789".indexOf(text.charAt(0)) >= 0 && !isFile(text)) {
            return TextFile.parse("--pin", text);
        }
        if (!isFile(text)) {
            throw wrong("--pin …=" + text + ": neither a number nor a file that exists");
        }
        return DataFile.read(Path.of(text)).values();
    }

    private static boolean isFile(String text) {
        try {
            return Files.isRegularFile(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** At the last sign of equality: names of models may hold some, values never do. */
    private String[] split(String option, String text) {
        int at = option.equals("--state") ? text.indexOf('=') : text.lastIndexOf('=');
        if (at <= 0 || at == text.length() - 1) {
            throw wrong(option + " " + text + ": expected NAME=VALUE");
        }
        return new String[] {text.substring(0, at), text.substring(at + 1)};
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
