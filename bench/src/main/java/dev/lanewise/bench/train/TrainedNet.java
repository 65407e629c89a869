package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lanewise.bench.row.Torch;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.train.Differentiate;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network with a loss, as a graph and in PyTorch's operations, from the same numbers: what the loss and its
 * gradients by all parameters are compared on, and timed. The loss is the sum of the result, each element times a
 * weight of its own.
 */
public abstract class TrainedNet {

    /** What is computed from: parameters, and inputs of which no gradient is wanted. */
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Map<String, float[]> numbers = new LinkedHashMap<>();
    private final List<Value> parameters = new ArrayList<>();
    private final GraphBuilder builder = new GraphBuilder();
    private final Random random = new Random(1);

    /** A tensor that is trained, uniform in ±range. */
    Value parameter(String name, double range, long... shape) {
        Value value = input(name, range, shape);
        parameters.add(value);
        return value;
    }

    Value input(String name, double range, long... shape) {
        Value value = builder.input(name, ValueType.of(DType.F32, shape));
        float[] all = new float[Literal.size(value.type().extents())];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) ((random.nextDouble() * 2 - 1) * range);
        }
        values.put(name, value);
        numbers.put(name, all);
        return value;
    }

    Value add(Op op, Value... inputs) {
        return builder.add("node", op, inputs);
    }

    /** The network as a graph: its result. */
    abstract Value graph();

    /** The network in PyTorch: its result, with the elements in the graph's order. */
    public abstract NDArray torch(Map<String, NDArray> values);

    /** How PyTorch has a tensor: its axes in this order; {@code null} as it is. */
    int[] torchOrder(String name) {
        return null;
    }

    /** By name, in Lanewise's order of axes. */
    public Map<String, float[]> numbers() {
        return numbers;
    }

    public int[] shape(String name) {
        return values.get(name).type().extents();
    }

    public List<String> parameterNames() {
        return parameters.stream().map(Value::name).toList();
    }

    /** A session whose outputs are the loss and the gradients, by the parameters' names. */
    public Session session() {
        Value result = graph();
        Value weights = input("weights", 1, longs(result.type().extents()));
        Value weighted = builder.add("weighted", new Binary(BinaryFn.MUL), result, weights);
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < result.rank(); axis++) {
            axes.add(axis);
        }
        Value loss = builder.add("loss", new Reduce(ReduceFn.SUM, axes, false), weighted);
        builder.output("loss", loss);
        Graph forward = builder.build();
        GraphBuilder both = new GraphBuilder();
        Differentiate differentiate = new Differentiate(both);
        forward.inputs().forEach(port -> differentiate.bind(port.value(), both.inputLike(port.name(), port.value())));
        differentiate.record(forward);
        both.output("loss", differentiate.here(loss));
        Map<Value, Value> gradients =
                differentiate.gradients(
                        differentiate.here(loss), parameters.stream().map(differentiate::here).toList());
        for (Value parameter : parameters) {
            both.output("d " + parameter.name(), gradients.get(differentiate.here(parameter)));
        }
        CompileOptions options = CompileOptions.defaults().autoState(false);
        Model model = Model.of(
                Compiler.compile("net", both.build(), options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
        Session session = model.newSession();
        numbers.forEach((name, all) -> session.input(name).set(all));
        return session;
    }

    /** The loss of what {@link #values} gave. */
    public final NDArray loss(Map<String, NDArray> values) {
        return torch(values).mul(values.get("weights")).sum();
    }

    /** Tensors as PyTorch has them; parameters know that they are. Only once there is a {@link #session}. */
    public final Map<String, NDArray> values(NDManager manager) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        numbers.forEach((name, all) -> {
            NDArray array = Torch.array(manager, all, shape(name));
            if (torchOrder(name) != null) {
                array = array.transpose(torchOrder(name)).duplicate();
            }
            array.setRequiresGradient(parameterNames().contains(name));
            arrays.put(name, array);
        });
        return arrays;
    }

    private static long[] longs(int[] extents) {
        long[] all = new long[extents.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = extents[i];
        }
        return all;
    }
}
