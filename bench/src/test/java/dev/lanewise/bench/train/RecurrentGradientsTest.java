package dev.lanewise.bench.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import ai.djl.training.GradientCollector;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.train.Differentiate;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Gradients of recurrent cells against PyTorch's autograd, both in f32. PyTorch is given the sequences one by one, in
 * the order in which they are read, so that lengths and direction are no matter of its.
 */
@Tag("once")
class RecurrentGradientsTest {

    private static final double LARGEST_ERROR = 1e-4;

    /** T, B, I, H */
    private static final int[][] SIZES = {{5, 3, 4, 7}, {12, 6, 17, 32}, {30, 5, 40, 64}};

    /** A cell, its gates, and for each gate of PyTorch its place here. */
    private record Form(Op op, int states, boolean reverse, int... order) {

        int gates() {
            return order.length;
        }
    }

    private static List<Form> forms() {
        List<Form> forms = new ArrayList<>();
        for (boolean reverse : new boolean[] {false, true}) {
            forms.add(new Form(new Lstm(reverse), 2, reverse, 0, 2, 3, 1));
            forms.add(new Form(new Gru(reverse, true), 1, reverse, 1, 0, 2));
            forms.add(new Form(new Rnn(reverse, UnaryFn.TANH), 1, reverse, 0));
            forms.add(new Form(new Rnn(reverse, UnaryFn.RELU), 1, reverse, 0));
        }
        return forms;
    }

    /** One set of numbers, by name: x, w, r, b, h, c, dy, dh, dc. */
    private static Map<String, float[]> numbers(Form form, int t, int b, int in, int n) {
        int rows = form.gates() * n;
        Map<String, float[]> numbers = new LinkedHashMap<>();
        numbers.put("x", random(1, 1, t * b * in));
        numbers.put("w", random(2, 1 / Math.sqrt(n), rows * in));
        numbers.put("r", random(3, 1 / Math.sqrt(n), rows * n));
        numbers.put("b", random(4, 1 / Math.sqrt(n), 2 * rows));
        numbers.put("h", random(5, 1, b * n));
        numbers.put("c", random(6, 1, b * n));
        numbers.put("dy", random(7, 1, t * b * n));
        numbers.put("dh", random(8, 1, b * n));
        numbers.put("dc", random(9, 1, b * n));
        return numbers;
    }

    private static float[] random(int seed, double range, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * range);
        }
        return values;
    }

    @Test
    void agreeWithPyTorch() {
        try (NDManager manager = manager()) {
            for (Form form : forms()) {
                for (int[] size : SIZES) {
                    for (boolean whole : new boolean[] {true, false}) {
                        compare(manager, form, size[0], size[1], size[2], size[3], whole);
                    }
                }
            }
        }
    }

    private static NDManager manager() {
        System.setProperty("ai.djl.offline", "true");
        return NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    private static void compare(NDManager manager, Form form, int t, int b, int in, int n, boolean whole) {
        Map<String, float[]> numbers = numbers(form, t, b, in, n);
        int[] lengths = new int[b];
        for (int i = 0; i < b; i++) {
            lengths[i] = whole ? t : 1 + (i * 5 + 2) % t;
        }
        Map<String, float[]> expected = theirs(manager, form, numbers, lengths, t, b, in, n);
        Map<String, float[]> found = ours(form, numbers, whole ? null : lengths, t, b, in, n);
        expected.forEach((name, theirs) -> {
            double largest = 0;
            for (float value : theirs) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < theirs.length; i++) {
                assertEquals(
                        theirs[i], found.get(name)[i], LARGEST_ERROR * largest,
                        form.op() + " " + Arrays.toString(lengths) + ", gradient of " + name + " at " + i);
            }
        });
    }

    private static Map<String, float[]> ours(
            Form form, Map<String, float[]> numbers, int[] lengths, int t, int b, int in, int n) {
        GraphBuilder source = new GraphBuilder();
        Map<String, Value> inputs = new LinkedHashMap<>();
        long rows = (long) form.gates() * n;
        inputs.put("x", source.input("x", ValueType.of(DType.F32, t, b, in)));
        inputs.put("w", source.input("w", ValueType.of(DType.F32, rows, in)));
        inputs.put("r", source.input("r", ValueType.of(DType.F32, rows, n)));
        inputs.put("b", source.input("b", ValueType.of(DType.F32, 2 * rows)));
        Value given = lengths == null ? null : source.input("lengths", ValueType.of(DType.I32, b));
        inputs.put("h", source.input("h", ValueType.of(DType.F32, b, n)));
        if (form.states() == 2) {
            inputs.put("c", source.input("c", ValueType.of(DType.F32, b, n)));
        }
        List<Value> operands = new ArrayList<>(inputs.values());
        operands.add(4, given);
        List<Value> results = source.addAll("cell", form.op(), operands);
        for (int i = 0; i < results.size(); i++) {
            source.output("result" + i, results.get(i));
        }
        Graph graph = source.build();

        GraphBuilder whole = new GraphBuilder();
        Differentiate differentiate = new Differentiate(whole);
        graph.inputs().forEach(port -> differentiate.bind(port.value(), whole.inputLike(port.name(), port.value())));
        differentiate.record(graph);
        Map<Value, Value> seeds = new HashMap<>();
        String[] names = {"dy", "dh", "dc"};
        for (int i = 0; i < results.size(); i++) {
            Value result = differentiate.here(results.get(i));
            seeds.put(result, whole.input(names[i], result.type()));
        }
        List<Value> of = inputs.values().stream().map(differentiate::here).toList();
        Map<Value, Value> gradients = differentiate.gradients(seeds, of);
        inputs.forEach((name, value) -> whole.output("gradient of " + name, gradients.get(differentiate.here(value))));
        Session session = Model.of(
                Compiler.compile("cell", whole.build(), CompileOptions.defaults().autoState(false)).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
        for (Tensor input : session.inputs()) {
            if (input.type() == DType.I32) {
                System.arraycopy(lengths, 0, input.ints(), input.offset(), b);
            } else {
                input.set(numbers.get(input.name()));
            }
        }
        session.run();
        Map<String, float[]> found = new HashMap<>();
        for (String name : inputs.keySet()) {
            Tensor output = session.output("gradient of " + name);
            found.put(name, Arrays.copyOfRange(output.floats(), output.offset(), output.offset() + output.size()));
        }
        return found;
    }

    private static Map<String, float[]> theirs(
            NDManager manager, Form form, Map<String, float[]> numbers, int[] lengths, int t, int b, int in, int n) {
        Map<String, float[]> found = new LinkedHashMap<>();
        for (String name : form.states() == 2 ? "x w r b h c".split(" ") : "x w r b h".split(" ")) {
            found.put(name, new float[numbers.get(name).length]);
        }
        for (int sequence = 0; sequence < b; sequence++) {
            sequence(manager, form, numbers, sequence, lengths[sequence], b, in, n, found);
        }
        return found;
    }

    /** Adds the gradients that come of one sequence. */
    private static void sequence(
            NDManager parent, Form form, Map<String, float[]> numbers, int sequence, int length, int b, int in, int n,
            Map<String, float[]> found) {
        int rows = form.gates() * n;
        int[] order = form.order();
        float[] bias = numbers.get("b");
        int[] places = new int[length];
        for (int i = 0; i < length; i++) {
            places[i] = (form.reverse() ? length - 1 - i : i) * b + sequence;
        }
        int[] state = {sequence};
        try (NDManager manager = parent.newSubManager();
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray x = variable(manager, rows(numbers.get("x"), places, in), length, 1, in);
            NDList weights = new NDList(
                    variable(manager, blocks(numbers.get("w"), 0, order, n * in), rows, in),
                    variable(manager, blocks(numbers.get("r"), 0, order, n * n), rows, n),
                    variable(manager, blocks(bias, 0, order, n), rows),
                    variable(manager, blocks(bias, rows, order, n), rows));
            NDArray h = variable(manager, rows(numbers.get("h"), state, n), 1, 1, n);
            NDArray c = variable(manager, rows(numbers.get("c"), state, n), 1, 1, n);
            NDList results = switch (form.op()) {
                case Lstm lstm -> x.getNDArrayInternal()
                        .lstm(x, new NDList(h, c), weights, true, 1, 0, true, false, false);
                case Gru gru -> x.getNDArrayInternal().gru(x, h, weights, true, 1, 0, true, false, false);
                default -> x.getNDArrayInternal().rnn(
                        x, h, weights, true, 1,
                        ((Rnn) form.op()).fn() == UnaryFn.RELU ? RNN.Activation.RELU : RNN.Activation.TANH, 0, true,
                        false, false);
            };
            results.attach(manager);
            NDArray loss = weighed(manager, results.get(0), rows(numbers.get("dy"), places, n))
                    .add(weighed(manager, results.get(1), rows(numbers.get("dh"), state, n)));
            if (form.states() == 2) {
                loss = loss.add(weighed(manager, results.get(2), rows(numbers.get("dc"), state, n)));
            }
            collector.backward(loss);
            addRows(x, places, in, found.get("x"));
            addRows(h, state, n, found.get("h"));
            if (form.states() == 2) {
                addRows(c, state, n, found.get("c"));
            }
            addBlocks(weights.get(0), 0, order, n * in, found.get("w"));
            addBlocks(weights.get(1), 0, order, n * n, found.get("r"));
            addBlocks(weights.get(2), 0, order, n, found.get("b"));
            addBlocks(weights.get(3), rows, order, n, found.get("b"));
        }
    }

    private static NDArray variable(NDManager manager, float[] values, long... shape) {
        NDArray array = manager.create(values, new Shape(shape));
        array.setRequiresGradient(true);
        return array;
    }

    private static NDArray weighed(NDManager manager, NDArray values, float[] weights) {
        return values.mul(manager.create(weights, values.getShape())).sum();
    }

    private static float[] rows(float[] all, int[] places, int width) {
        float[] rows = new float[places.length * width];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(all, places[i] * width, rows, i * width, width);
        }
        return rows;
    }

    private static void addRows(NDArray variable, int[] places, int width, float[] all) {
        float[] gradient = variable.getGradient().toFloatArray();
        for (int i = 0; i < gradient.length; i++) {
            all[places[i / width] * width + i % width] += gradient[i];
        }
    }

    /** Gates in PyTorch's order. */
    private static float[] blocks(float[] all, int from, int[] order, int size) {
        float[] blocks = new float[order.length * size];
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(all, from + order[gate] * size, blocks, gate * size, size);
        }
        return blocks;
    }

    private static void addBlocks(NDArray variable, int from, int[] order, int size, float[] all) {
        float[] gradient = variable.getGradient().toFloatArray();
        for (int i = 0; i < gradient.length; i++) {
            all[from + order[i / size] * size + i % size] += gradient[i];
        }
    }
}
