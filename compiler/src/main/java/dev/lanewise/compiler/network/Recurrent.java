package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Op;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent layer over sequences {@code [batch, time, in]}, one or several on top of each other, in one or both
 * directions. {@link Lstm}, {@link Gru} and {@link Rnn} make them.
 *
 * <p>Weights of layer {@code i}, with {@code reverse} for the way back: {@code i.weight [gates · units, in]}, {@code
 * i.recurrent [gates · units, units]} and {@code i.bias [2 · gates · units]}, those of the input before the recurrent
 * ones; gates in the order of the operation. All begin between {@code ±1 / √units}, as PyTorch's,
 * unless said otherwise.
 *
 * @param layers on top of each other
 * @param both whether there is a layer for each direction, whose outputs stand side by side
 * @param backwards whether the only direction is from a sequence's end
 * @param dropout between layers, one mask for all steps; 0 for none
 * @param init of the input's weights, gate by gate
 * @param recurrentInit of the recurrent weights, gate by gate
 * @param biasInit of the biases
 */
public record Recurrent(
        String name, Cell cell, int units, int layers, boolean both, boolean backwards, float dropout, Init init,
        Init recurrentInit, Init biasInit)
        implements Layer {

    /** What one step computes. */
    public enum Cell {
        LSTM(4, 2),
        GRU(3, 1),
        RNN_TANH(1, 1),
        RNN_RELU(1, 1);

        private final int gates;
        private final int states;

        Cell(int gates, int states) {
            this.gates = gates;
            this.states = states;
        }

        private Op op(boolean reverse) {
            return switch (this) {
                case LSTM -> new dev.lanewise.compiler.op.Lstm(reverse);
                // PyTorch and cuDNN know this one alone
                case GRU -> new dev.lanewise.compiler.op.Gru(reverse, true);
                case RNN_TANH -> new dev.lanewise.compiler.op.Rnn(reverse, Activations.TANH.fn());
                case RNN_RELU -> new dev.lanewise.compiler.op.Rnn(reverse, Activations.RELU.fn());
            };
        }
    }

    /**
     * What a recurrent layer gives.
     *
     * @param output of the last layer at each step, {@code [batch, time, units]}, twice the units for both
     *     directions; zeros beyond a sequence's length
     * @param states after each sequence's last step: per layer and direction h and, of an LSTM, c, each {@code
     *     [batch, units]}; what {@link Recurrent#run(Tensor, Tensor, List)} takes
     * @param last h of the last layer, {@code [batch, units]}, twice the units for both directions
     */
    public record Result(Tensor output, List<Tensor> states, Tensor last) implements HasOutput {}

    Recurrent(String name, Cell cell, int units) {
        this(name, cell, units, 1, false, false, 0, Init.uniform(1 / Math.sqrt(units)),
                Init.uniform(1 / Math.sqrt(units)), Init.uniform(1 / Math.sqrt(units)));
    }

    public Recurrent layers(int count) {
        return new Recurrent(name, cell, units, count, both, backwards, dropout, init, recurrentInit, biasInit);
    }

    /** One layer for each direction; the output has twice the units. */
    public Recurrent bidirectional() {
        return new Recurrent(name, cell, units, layers, true, false, dropout, init, recurrentInit, biasInit);
    }

    /** From each sequence's end to its beginning. */
    public Recurrent reversed() {
        return new Recurrent(name, cell, units, layers, false, true, dropout, init, recurrentInit, biasInit);
    }

    /** Between layers, variational: what is dropped is the same at each step. */
    public Recurrent dropout(double rate) {
        return new Recurrent(name, cell, units, layers, both, backwards, (float) rate, init, recurrentInit, biasInit);
    }

    public Recurrent init(Init weights, Init recurrent) {
        return new Recurrent(name, cell, units, layers, both, backwards, dropout, weights, recurrent, biasInit);
    }

    /** What biases begin with, {@code [2 · gates · units]}. */
    public Recurrent bias(Init biases) {
        return new Recurrent(name, cell, units, layers, both, backwards, dropout, init, recurrentInit, biases);
    }

    /**
     * Lets an LSTM remember at first: its forget gates' two biases begin with {@code value} together, such as 1 (Gers,
     * Schmidhuber, Cummins 2000).
     */
    public Recurrent forgetBias(double value) {
        if (cell != Cell.LSTM) {
            throw new IllegalArgumentException(
                    "layer '" + name + "' (" + kind() + "): has no forget gate; an Lstm has");
        }
        return bias(biasInit.withBlock(2, 2 * cell.gates, value).withBlock(2 + cell.gates, 2 * cell.gates, 0));
    }

    @Override
    public String kind() {
        return switch (cell) {
            case LSTM -> "Lstm";
            case GRU -> "Gru";
            case RNN_TANH, RNN_RELU -> "Rnn";
        };
    }

    /** The output at each step. */
    @Override
    public Tensor forward(Tensor x) {
        return stack(x, null, List.of()).output();
    }

    /** Over whole sequences, from zeros. */
    public Result run(Tensor x) {
        return run(x, null, List.of());
    }

    /**
     * Over sequences of different lengths, from zeros.
     *
     * @param lengths {@code [batch]} of i32 or i64
     */
    public Result run(Tensor x, Tensor lengths) {
        return run(x, lengths, List.of());
    }

    /**
     * From states of an earlier run, or from elsewhere.
     *
     * @param lengths {@code null} for whole sequences
     * @param initial as {@link Result#states()}; none for zeros
     */
    public Result run(Tensor x, Tensor lengths, List<Tensor> initial) {
        return x.net().within(this, () -> stack(x, lengths, initial));
    }

    private Result stack(Tensor x, Tensor lengths, List<Tensor> initial) {
        NetworkBuilder net = x.net();
        Expect.rank(x, 3, "[batch, time, channels]");
        int directions = both ? 2 : 1;
        int expected = layers * directions * cell.states;
        if (!initial.isEmpty() && initial.size() != expected) {
            throw net.misfit(initial.size() + " initial states", expected + ", " + cell.states
                    + " for each layer and direction");
        }
        Tensor counted = null;
        if (lengths != null) {
            Expect.integers(lengths, "lengths");
            counted = lengths.cast(DType.I32);
        }
        Tensor y = x.transpose(1, 0, 2); // the operations have time first
        List<Tensor> states = new ArrayList<>();
        List<Tensor> last = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            if (layer > 0 && dropout > 0) {
                y = net.add(new dev.lanewise.compiler.op.Dropout(dropout, net.seed(), List.of(0)), y);
            }
            List<Tensor> outputs = new ArrayList<>();
            last.clear();
            for (int direction = 0; direction < directions; direction++) {
                int from = states.size();
                List<Tensor> begin = initial.isEmpty() ? List.of() : initial.subList(from, from + cell.states);
                List<Tensor> results = direction(y, counted, begin, layer, direction == 1 || backwards);
                outputs.add(results.get(0));
                last.add(results.get(1));
                states.addAll(results.subList(1, results.size()));
            }
            y = joined(2, outputs);
        }
        return new Result(y.transpose(1, 0, 2), List.copyOf(states), joined(1, last));
    }

    /** One layer in one direction: its outputs [time, batch, units], then its states. */
    private List<Tensor> direction(Tensor x, Tensor lengths, List<Tensor> initial, int layer, boolean reverse) {
        NetworkBuilder net = x.net();
        String prefix = layer + (reverse ? ".reverse." : ".");
        int rows = cell.gates * units;
        List<Tensor> operands = new ArrayList<>();
        operands.add(x);
        operands.add(net.weight(prefix + "weight", init.perBlock(cell.gates), rows, Expect.features(x)));
        operands.add(net.weight(prefix + "recurrent", recurrentInit.perBlock(cell.gates), rows, units));
        operands.add(net.weight(prefix + "bias", biasInit, 2 * rows));
        operands.add(lengths);
        operands.addAll(initial);
        return net.addAll(cell.op(reverse), operands.toArray(Tensor[]::new));
    }

    private static Tensor joined(int axis, List<Tensor> parts) {
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(axis, parts.toArray(Tensor[]::new));
    }
}
