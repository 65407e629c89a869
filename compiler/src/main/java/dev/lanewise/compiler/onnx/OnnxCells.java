package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.OnnxRecurrent.Activation;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The cell of a recurrent ONNX node: its activations and variations. The usual cells have operations of
 * their own; any other is composed of products and elementwise operations, step by step, which takes a
 * fixed number of steps.
 */
final class OnnxCells {

    /** Steps that are unrolled at most; each adds up to twenty operations. */
    private static final int MOST_STEPS = 256;

    private final String kind;
    private final int gates;
    /** [direction][function of f, g, h] */
    private final Activation[][] activations;
    private final float clip;
    private final boolean inputForget;
    private final boolean linearBeforeReset;
    private final boolean peepholes;

    private OnnxCells(
            String kind, int gates, Activation[][] activations, float clip, boolean inputForget,
            boolean linearBeforeReset, boolean peepholes) {
        this.kind = kind;
        this.gates = gates;
        this.activations = activations;
        this.clip = clip;
        this.inputForget = inputForget;
        this.linearBeforeReset = linearBeforeReset;
        this.peepholes = peepholes;
    }

    static OnnxCells read(OnnxNode node, int gates, int directions) {
        boolean lstm = node.type().equals("LSTM");
        boolean gru = node.type().equals("GRU");
        return new OnnxCells(
                node.type(), gates, activations(node, lstm ? 3 : gru ? 2 : 1, directions), node.number("clip", 0),
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

    boolean linearBeforeReset() {
        return linearBeforeReset;
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

    // The composed form ------------------------------------------------------------------------

    /**
     * @param operands X [T, B, I], W, R, bias or null, lengths or null, h or null, c or null
     * @param peephole [3H], for i, o, f, or {@code null}
     * @return y [T, B, H], h' [B, H] and, for an LSTM, c'
     */
    List<Value> compose(OnnxNode node, int direction, boolean reverse, List<Value> operands, Value peephole) {
        Value x = operands.get(0);
        if (!x.dim(0).isConstant() || x.dim(0).constant() > MOST_STEPS || x.dim(0).is(0)) {
            throw node.unsupported("a cell with activations, clipping, coupled gates or peepholes of its own takes a"
                    + " fixed number of steps, at most " + MOST_STEPS + "; this has " + x.dim(0));
        }
        int steps = (int) x.dim(0).constant();
        Dim hidden = operands.get(2).dim(1);
        List<Dim> state = List.of(x.dim(1), hidden);
        Value zero = null;
        if (operands.get(5) == null || kind.equals("LSTM") && operands.get(6) == null) {
            if (!x.dim(1).isConstant()) {
                throw node.unsupported("no initial state, and a batch of " + x.dim(1) + "; fix it with --dim");
            }
            zero = node.constant(Literal.splat(x.type().type(), 0, (int) x.dim(1).constant(), (int) hidden.constant()));
        }
        Step step = new Step(node, activations[direction], operands, peephole, hidden);
        Value h = operands.get(5) == null ? zero : operands.get(5);
        Value c = kind.equals("LSTM") ? operands.get(6) == null ? zero : operands.get(6) : null;
        Value[] ys = new Value[steps];
        for (int i = 0; i < steps; i++) {
            int t = reverse ? steps - 1 - i : i;
            Value row = node.add(
                    new Reshape(List.of(x.dim(1), x.dim(2))),
                    node.add(Slice.along(0, Dim.of(t), Dim.ONE, x.shape()), x));
            Value[] next = switch (kind) {
                case "LSTM" -> step.lstm(row, h, c);
                case "GRU" -> new Value[] {step.gru(row, h), null};
                default -> new Value[] {step.activate(0, step.sum(row, h, 0)), null};
            };
            Value y = next[0];
            if (operands.get(4) == null) {
                h = next[0];
                c = next[1];
            } else { // beyond its length a sequence keeps its state and gives zeros
                Value running = running(node, t, operands.get(4));
                h = node.add(new Where(), running, next[0], h);
                c = c == null ? null : node.add(new Where(), running, next[1], c);
                y = node.add(new Where(), running, next[0], node.constant(Literal.splat(x.type().type(), 0)));
            }
            ys[t] = node.add(new Reshape(List.of(Dim.ONE, state.get(0), state.get(1))), y);
        }
        List<Value> results = new ArrayList<>();
        results.add(steps == 1 ? ys[0] : node.add(new Concat(0), ys));
        results.add(h);
        results.add(c);
        return results;
    }

    /** [B, 1]: whether each sequence has a step {@code t}. */
    private static Value running(OnnxNode node, int t, Value lengths) {
        Value column = node.add(new Reshape(List.of(lengths.dim(0), Dim.ONE)), lengths);
        Value step = node.constant(Literal.of(lengths.type().type(), new long[] {t}));
        return node.add(new Binary(BinaryFn.LESS), step, column);
    }

    /** One step, with the parts of the weights that belong to each gate. */
    private final class Step {
        private final OnnxNode node;
        private final Activation[] functions;
        private final Value[] w = new Value[gates];
        private final Value[] r = new Value[gates];
        private final Value[] wb = new Value[gates];
        private final Value[] rb = new Value[gates];
        private final Value[] p = new Value[3];

        Step(OnnxNode node, Activation[] functions, List<Value> operands, Value peephole, Dim hidden) {
            this.node = node;
            this.functions = functions;
            for (int g = 0; g < gates; g++) {
                w[g] = rows(operands.get(1), hidden.times(g), hidden);
                r[g] = rows(operands.get(2), hidden.times(g), hidden);
                wb[g] = rows(operands.get(3), hidden.times(g), hidden);
                rb[g] = rows(operands.get(3), hidden.times(gates + g), hidden);
            }
            for (int i = 0; i < p.length; i++) {
                p[i] = rows(peephole, hidden.times(i), hidden);
            }
        }

        private Value rows(Value all, Dim from, Dim count) {
            return all == null ? null : node.add(Slice.along(0, from, count, all.shape()), all);
        }

        private Value linear(Value x, Value weights, Value bias) {
            Value product = node.add(new MatMul(true, Epilogue.NONE), x, weights);
            return bias == null ? product : add(product, bias);
        }

        /** The pre-activation of a gate. */
        Value sum(Value x, Value h, int gate) {
            return add(linear(x, w[gate], wb[gate]), linear(h, r[gate], rb[gate]));
        }

        /** Clipping is of the pre-activations of gates and candidates. */
        Value activate(int function, Value x) {
            return apply(function, clip == 0 ? x : node.add(new Unary(UnaryFn.CLIP, -clip, clip), x));
        }

        private Value apply(int function, Value x) {
            Activation activation = functions[function];
            return node.add(new Unary(activation.fn(), activation.alpha(), activation.beta()), x);
        }

        Value[] lstm(Value x, Value h, Value c) {
            Value input = activate(0, peep(sum(x, h, 0), 0, c));
            Value forget = inputForget ? oneMinus(input) : activate(0, peep(sum(x, h, 2), 2, c));
            Value candidate = activate(1, sum(x, h, 3));
            Value cell = add(mul(forget, c), mul(input, candidate));
            Value output = activate(0, peep(sum(x, h, 1), 1, cell));
            // the cell itself is not clipped on its way out: so ONNX Runtime reads the specification
            return new Value[] {mul(output, apply(2, cell)), cell};
        }

        private Value peep(Value sum, int gate, Value c) {
            return p[gate] == null ? sum : add(sum, mul(p[gate], c));
        }

        Value gru(Value x, Value h) {
            Value update = activate(0, sum(x, h, 0));
            Value reset = activate(0, sum(x, h, 1));
            Value recurrent = linearBeforeReset
                    ? mul(reset, linear(h, r[2], rb[2]))
                    : linear(mul(reset, h), r[2], rb[2]);
            Value candidate = activate(1, add(linear(x, w[2], wb[2]), recurrent));
            return add(mul(update, h), mul(oneMinus(update), candidate));
        }

        private Value oneMinus(Value x) {
            return node.add(new Unary(UnaryFn.AFFINE, -1, 1), x);
        }

        private Value add(Value a, Value b) {
            return node.add(new Binary(BinaryFn.ADD), a, b);
        }

        private Value mul(Value a, Value b) {
            return node.add(new Binary(BinaryFn.MUL), a, b);
        }
    }
}
