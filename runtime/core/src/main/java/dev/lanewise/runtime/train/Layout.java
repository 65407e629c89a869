package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How examples lie in the inputs of a program: finds each input's axis of the batch, and from an example's number of
 * values how long its sequences are. Each batch has one of its own.
 */
final class Layout {

    final List<BatchInput> inputs = new ArrayList<>();
    /** Most examples of a batch. */
    final int rows;
    /** Whether a batch cannot have fewer. */
    final boolean fixedRows;
    final List<String> symbols = new ArrayList<>();
    /** [input] the input whose lengths it takes, or -1. */
    private final int[] lengthsOf;
    /** [symbol] the largest. */
    private final int[] bounds;

    /**
     * @param session of a program whose inputs data sets feed
     * @param notFed names of inputs that they do not
     */
    Layout(Session session, Batching batching, List<String> notFed) {
        List<Tensor> fed = new ArrayList<>();
        for (Tensor input : session.inputs()) {
            if (!notFed.contains(input.name())) {
                fed.add(input);
            }
        }
        String batch = batching.axis() != null ? batching.axis() : shared(fed);
        int most = Integer.MAX_VALUE;
        List<Integer> limits = new ArrayList<>();
        for (Tensor input : fed) {
            int axis = axis(input, batch);
            most = Math.min(most, input.bound(axis));
            int[] symbol = new int[input.rank()];
            for (int a = 0; a < symbol.length; a++) {
                String name = a == axis ? null : input.symbol(a);
                symbol[a] = name == null ? -1 : symbols.indexOf(name);
                if (name != null && symbol[a] < 0) {
                    symbol[a] = symbols.size();
                    symbols.add(name);
                    limits.add(input.bound(a));
                }
            }
            inputs.add(new BatchInput(input, axis, symbol, batching.labels().get(input.name())));
        }
        if (batching.size() > most) {
            throw new DataException("batches of " + batching.size() + "; the model was compiled for at most " + most
                    + (batch == null ? "" : ": compile with --dim " + batch + "=" + batching.size()));
        }
        fixedRows = batch == null;
        rows = fixedRows ? most : batching.size();
        bounds = limits.stream().mapToInt(Integer::intValue).toArray();
        lengthsOf = new int[inputs.size()];
        for (int i = 0; i < lengthsOf.length; i++) {
            String of = batching.lengths().get(inputs.get(i).name);
            lengthsOf[i] = of == null ? -1 : index(of);
        }
        batching.labels().keySet().forEach(this::index);
        batching.lengths().keySet().forEach(this::index);
    }

    /** The symbol that all inputs have, or {@code null}. */
    private static String shared(List<Tensor> inputs) {
        Tensor first = inputs.get(0);
        for (int a = 0; a < first.rank(); a++) {
            String symbol = first.symbol(a);
            if (symbol != null && inputs.stream().allMatch(input -> axisOf(input, symbol) >= 0)) {
                return symbol;
            }
        }
        return null;
    }

    private static int axis(Tensor input, String batch) {
        int axis = batch == null ? 0 : axisOf(input, batch);
        if (axis < 0 || input.rank() == 0) {
            throw new DataException("input " + input + " has no axis "
                    + (batch == null ? "for examples" : "'" + batch + "', the batch's; name another by Batching.axis"));
        }
        return axis;
    }

    private static int axisOf(Tensor input, String symbol) {
        for (int a = 0; a < input.rank(); a++) {
            if (symbol.equals(input.symbol(a))) {
                return a;
            }
        }
        return -1;
    }

    /** Position of an input. */
    int index(String input) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).name.equals(input)) {
                return i;
            }
        }
        List<String> names = new ArrayList<>();
        inputs.forEach(each -> names.add(each.name));
        throw new DataException("no input '" + input + "'; there are " + names);
    }

    /** Whether the input's values are lengths, and no data set's. */
    boolean takesLengths(int input) {
        return lengthsOf[input] >= 0;
    }

    /** What an input that takes lengths has for an example. */
    int length(int input, Lengths lengths, int row) {
        BatchInput of = inputs.get(lengthsOf[input]);
        for (int symbol : of.symbol) {
            if (symbol >= 0) {
                return lengths.of(symbol, row);
            }
        }
        throw new DataException("input '" + of.name + "' has no length that '" + inputs.get(input).name
                + "' could take");
    }

    /**
     * Looks at an example and finds its lengths.
     *
     * @param into [symbol]
     * @throws DataException where something is wrong with it
     */
    void measure(int index, Example example, int[] into) {
        Arrays.fill(into, -1);
        for (int i = 0; i < inputs.size(); i++) {
            if (!takesLengths(i)) {
                int at = example.index(inputs.get(i).name);
                if (at < 0 || example.array(at) == null) {
                    throw new DataException("example " + index + ": no values of input '" + inputs.get(i).name
                            + "'; there are those of " + example.inputs());
                }
                inputs.get(i).check(index, example.array(at), example.from(at), example.size(at));
            }
        }
        // an input with two lengths waits for another one to tell one of them
        for (boolean again = true; again;) {
            again = false;
            for (int i = 0; i < inputs.size(); i++) {
                again |= !takesLengths(i) && learn(index, inputs.get(i), example, into);
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (!takesLengths(i)) {
                require(index, inputs.get(i), example, into);
            }
        }
    }

    /** Finds the one length of an input that is not known yet. */
    private boolean learn(int index, BatchInput input, Example example, int[] into) {
        int unknown = -1;
        long known = 1;
        for (int a = 0; a < input.rank(); a++) {
            int symbol = input.symbol[a];
            if (symbol >= 0 && into[symbol] < 0) {
                if (unknown >= 0) {
                    return false;
                }
                unknown = symbol;
            } else if (a != input.axis) {
                known *= symbol < 0 ? input.extent(a) : into[symbol];
            }
        }
        if (unknown < 0) {
            return false;
        }
        int size = example.size(example.index(input.name));
        if (size == 0) {
            throw new DataException("example " + index + ": input '" + input.name + "' is an empty sequence");
        }
        if (size % known != 0) {
            throw new DataException("example " + index + ": input '" + input.name + "' has " + size
                    + " values, which is no multiple of " + known);
        }
        into[unknown] = (int) (size / known);
        if (into[unknown] > bounds[unknown]) {
            throw new DataException("example " + index + ": input '" + input.name + "' has a length of "
                    + into[unknown] + "; the model was compiled for at most " + bounds[unknown] + ": compile with"
                    + " --dim " + symbols.get(unknown) + "=" + into[unknown]);
        }
        return true;
    }

    private void require(int index, BatchInput input, Example example, int[] lengths) {
        long expected = 1;
        for (int a = 0; a < input.rank(); a++) {
            int symbol = input.symbol[a];
            if (symbol >= 0 && lengths[symbol] < 0) {
                throw new DataException("example " + index + ": the lengths of input '" + input.name
                        + "' do not follow from its " + example.size(example.index(input.name)) + " values");
            }
            expected *= a == input.axis ? 1 : symbol < 0 ? input.extent(a) : lengths[symbol];
        }
        int size = example.size(example.index(input.name));
        if (size != expected) {
            throw new DataException("example " + index + ": input '" + input.name + "' has " + size
                    + " values; expected " + expected);
        }
    }
}
