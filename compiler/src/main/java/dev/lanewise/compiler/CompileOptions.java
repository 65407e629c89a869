package dev.lanewise.compiler;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.compiler.weights.WeightRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a user decides when compiling. Immutable; start from {@link #defaults()}.
 *
 * @param bounds ranges of symbolic extents by name
 * @param defaultBound upper bound of the symbols that {@code bounds} does not name
 * @param lengths how many tensors inputs that are sequences have, by name
 * @param pins values of inputs that are fixed once and for all, by name
 * @param states outputs by the inputs that they become in the next call
 * @param autoState whether inputs and outputs of equal type that are named as a pair are taken for
 *     state too
 * @param debug whether the file keeps the source model's names
 * @param goldens how many golden vectors the file gets: seeded inputs and what the model computes from
 *     them, which a loader replays on request
 * @param stream the axis of time of a model that is to take chunks; {@code null} for whole sequences
 * @param weights forms in which weights are stored; of the rules that match one, the last counts. None
 *     keeps what is exact in a small form, as weights of quantised models are, in that form
 * @param training how the model is trained; {@code null} for one that only infers
 * @param exposed nodes of an ONNX model whose first results are outputs too, such as weights of attention
 */
public record CompileOptions(
        Map<String, Range> bounds, long defaultBound, Map<String, Integer> lengths, Map<String, Literal> pins,
        Map<String, String> states, boolean autoState, boolean debug, int goldens, StreamAxis stream,
        List<WeightRule> weights, TrainOptions training, List<String> exposed) {

    /** Smallest and largest value of an extent. */
    public record Range(long min, long max) {}

    /** Where nobody says otherwise; enough for sentences, small enough for memory. */
    private static final long DEFAULT_BOUND = 512;

    /** Longer than any sequence that a model would be given as a whole. */
    private static final long ANY_LENGTH = 1 << 24;

    private static final CompileOptions DEFAULTS =
            new CompileOptions(
                    Map.of(), DEFAULT_BOUND, Map.of(), Map.of(), Map.of(), true, true, 0, null, List.of(), null,
                    List.of());

    public CompileOptions {
        bounds = Map.copyOf(bounds);
        lengths = Map.copyOf(lengths);
        pins = Map.copyOf(pins);
        states = Map.copyOf(states);
        weights = List.copyOf(weights);
        exposed = List.copyOf(exposed);
    }

    public static CompileOptions defaults() {
        return DEFAULTS;
    }

    /** Lets the extent be 1 to {@code max}; see {@link #dim(String, long, long)}. */
    public CompileOptions dim(String name, long max) {
        return dim(name, Math.min(1, max), max);
    }

    /** Lets a symbolic extent be {@code min} to {@code max}; where these are equal it is a number. */
    public CompileOptions dim(String name, long min, long max) {
        Map<String, Range> more = new LinkedHashMap<>(bounds);
        more.put(name, new Range(min, max));
        return new CompileOptions(
                more, defaultBound, lengths, pins, states, autoState, debug, goldens, stream, weights, training,
                exposed);
    }

    public CompileOptions defaultBound(long bound) {
        return new CompileOptions(
                bounds, bound, lengths, pins, states, autoState, debug, goldens, stream, weights, training,
                exposed);
    }

    /** Makes an input that is a sequence so many tensors: inputs {@code name[0]}, {@code name[1]}, … */
    public CompileOptions length(String sequence, int length) {
        Map<String, Integer> more = new LinkedHashMap<>(lengths);
        more.put(sequence, length);
        return new CompileOptions(
                bounds, defaultBound, more, pins, states, autoState, debug, goldens, stream, weights, training,
                exposed);
    }

    /** Fixes the value of an input, which the compiled model then no longer has. */
    public CompileOptions pin(String input, Literal value) {
        Map<String, Literal> more = new LinkedHashMap<>(pins);
        more.put(input, value);
        return new CompileOptions(
                bounds, defaultBound, lengths, more, states, autoState, debug, goldens, stream, weights, training,
                exposed);
    }

    /** Makes an input and an output one state. */
    public CompileOptions state(String input, String output) {
        Map<String, String> more = new LinkedHashMap<>(states);
        more.put(input, output);
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, more, autoState, debug, goldens, stream, weights, training,
                exposed);
    }

    public CompileOptions autoState(boolean auto) {
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, auto, debug, goldens, stream, weights, training,
                exposed);
    }

    public CompileOptions debug(boolean keep) {
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, keep, goldens, stream, weights, training,
                exposed);
    }

    public CompileOptions goldens(int count) {
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, debug, count, stream, weights, training,
                exposed);
    }

    /** Makes a model over whole sequences one over chunks; {@code null} for one as it is. */
    public CompileOptions stream(StreamAxis axis) {
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, debug, goldens, axis, weights, training,
                exposed);
    }

    /**
     * Stores weights in a form: {@code int8}, or {@code decoder.*=f32} for those that a regular expression
     * matches, by their own name or that of the operation that uses them.
     *
     * @throws dev.lanewise.formats.PlanException where there is no such form
     */
    public CompileOptions weights(String rule) {
        List<WeightRule> more = new ArrayList<>(weights);
        more.add(WeightRule.parse(rule));
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, debug, goldens, stream, more, training,
                exposed);
    }

    /** Gives the file programs that train it; {@code null} for one that only infers. */
    public CompileOptions training(TrainOptions options) {
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, debug, goldens, stream, weights, options,
                exposed);
    }

    /** Makes the first result of a node of an ONNX model an output, under the name by which it was asked for. */
    public CompileOptions expose(String node) {
        List<String> more = new ArrayList<>(exposed);
        more.add(node);
        return new CompileOptions(
                bounds, defaultBound, lengths, pins, states, autoState, debug, goldens, stream, weights, training,
                more);
    }

    /** The extent of that name, with its bounds; what is streamed has none, since only chunks have. */
    public Dim symbol(String name) {
        if (stream != null && stream.isNamed(name)) {
            return Dim.symbol(name, 1, ANY_LENGTH);
        }
        Range range = bounds.getOrDefault(name, new Range(0, defaultBound));
        return range.min == range.max ? Dim.of(range.max) : Dim.symbol(name, range.min, range.max);
    }

    /** The range of the chunks of a sequence, by the extent that the graph has for its length. */
    public Range chunk(Dim.Symbol length) {
        long max = length.max() == ANY_LENGTH ? defaultBound : length.max();
        return bounds.getOrDefault(length.name(), new Range(Math.min(1, max), max));
    }
}
