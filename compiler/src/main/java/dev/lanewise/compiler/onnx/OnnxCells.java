package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.OnnxRecurrent.Activation;
import dev.lanewise.compiler.op.CellLoop;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The cell of a recurrent ONNX node: its activations and variations. The usual cells have operations of
 * their own; any other is a {@link CellLoop}.
 */
final class OnnxCells {

    /** [direction][function of f, g, h] */
    private final Activation[][] activations;
    private final float clip;
    private final boolean inputForget;
    private final boolean linearBeforeReset;
    private final boolean peepholes;

    private OnnxCells(
            Activation[][] activations, float clip, boolean inputForget, boolean linearBeforeReset,
            boolean peepholes) {
        this.activations = activations;
        this.clip = clip;
        this.inputForget = inputForget;
        this.linearBeforeReset = linearBeforeReset;
        this.peepholes = peepholes;
    }

    static OnnxCells read(OnnxNode node, int directions) {
        boolean lstm = node.type().endsWith("LSTM"); // also that of com.microsoft
        boolean gru = node.type().equals("GRU");
        return new OnnxCells(
                activations(node, lstm ? 3 : gru ? 2 : 1, directions), node.number("clip", 0),
                lstm && node.flag("input_forget", false), gru && node.flag("linear_before_reset", false),
                lstm && node.has(7));
    }

    private static Activation[][] activations(OnnxNode node, int functions, int directions) {
        List<String> names = node.texts("activations");
        float[] alphas = node.numbers("activation_alpha");
        float[] betas = node.numbers("activation_beta");
        if (names != null && names.size() != functions * directions) {
            throw node.misfit(names.size() + " activations; expected " + functions * directions);
        }
        Activation[][] activations = new Activation[directions][functions];
        int alpha = 0;
        int beta = 0;
        for (int i = 0; i < functions * directions; i++) {
            boolean gate = functions > 1 && i % functions == 0;
            String name = names == null ? gate ? "sigmoid" : "tanh" : names.get(i).toLowerCase(Locale.ROOT);
            Activation usual = activation(node, name);
            // parameters are handed out in order to the functions that have some
            boolean takesAlpha = usual.alpha() != 0 || usual.fn() == UnaryFn.AFFINE;
            boolean takesBeta = usual.fn() == UnaryFn.HARD_SIGMOID || usual.fn() == UnaryFn.SCALED_TANH
                    || usual.fn() == UnaryFn.AFFINE;
            activations[i / functions][i % functions] = new Activation(
                    usual.fn(),
                    takesAlpha && alphas != null && alpha < alphas.length ? alphas[alpha++] : usual.alpha(),
                    takesBeta && betas != null && beta < betas.length ? betas[beta++] : usual.beta());
        }
        return activations;
    }

    /** A function by its name, with the parameters it has where none are given. */
    private static Activation activation(OnnxNode node, String name) {
        return switch (name) {
            case "sigmoid" -> new Activation(UnaryFn.SIGMOID, 0, 0);
            case "tanh" -> new Activation(UnaryFn.TANH, 0, 0);
            case "relu" -> new Activation(UnaryFn.RELU, 0, 0);
            case "affine" -> new Activation(UnaryFn.AFFINE, 1, 0);
            case "leakyrelu" -> new Activation(UnaryFn.LEAKY_RELU, 0.01f, 0);
            case "thresholdedrelu" -> new Activation(UnaryFn.THRESHOLDED_RELU, 1, 0);
            case "scaledtanh" -> new Activation(UnaryFn.SCALED_TANH, 1, 1);
            case "hardsigmoid" -> new Activation(UnaryFn.HARD_SIGMOID, 0.2f, 0.5f);
            case "elu" -> new Activation(UnaryFn.ELU, 1, 0);
            case "softsign" -> new Activation(UnaryFn.SOFTSIGN, 0, 0);
            case "softplus" -> new Activation(UnaryFn.SOFTPLUS, 0, 0);
            default -> throw node.unsupported("activation '" + name + "' is not known");
        };
    }

    Activation activation(int direction, int function) {
        return activations[direction][function];
    }

    /** @param peephole [3H], or {@code null} */
    CellLoop.Cell cell(int direction, int gates, Value peephole) {
        List<Unary> functions = Arrays.stream(activations[direction])
                .map(own -> new Unary(own.fn(), own.alpha(), own.beta()))
                .toList();
        return new CellLoop.Cell(gates, functions, clip, inputForget, linearBeforeReset, peephole);
    }

    boolean linearBeforeReset() {
        return linearBeforeReset;
    }

    /** The bound of pre-activations, 0 for none. */
    float clip() {
        return clip;
    }

    /** Whether an LSTM's forget gate is what its input gate leaves. */
    boolean inputForget() {
        return inputForget;
    }

    /** Whether the fused operation computes this. */
    boolean isUsual(int direction) {
        if (clip != 0 || inputForget || peepholes) {
            return false;
        }
        Activation[] own = activations[direction];
        if (own.length == 1) {
            return own[0].fn() == UnaryFn.TANH || own[0].fn() == UnaryFn.RELU;
        }
        for (int i = 0; i < own.length; i++) {
            if (own[i].fn() != (i == 0 ? UnaryFn.SIGMOID : UnaryFn.TANH)) {
                return false;
            }
        }
        return true;
    }
}
