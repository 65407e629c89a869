package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A network made in Java, and the same in PyTorch's operations, from the same weights and on the same batches: what
 * gradients and courses of losses are compared on, and steps of training timed. Its loss is called {@code loss}.
 */
public abstract class TrainedNet {

    static final long SEED = 7;

    private final Network network;
    private final String frozen;

    /** @param frozen whole names of the parameters that are not trained, as a regular expression */
    TrainedNet(Network network, String frozen) {
        this.network = network;
        this.frozen = frozen;
    }

    public final Network network() {
        return network;
    }

    /** Inputs and targets of a step, by name; the same for everybody who asks. */
    public final Map<String, Literal> batch(int step) {
        return batch(new Random(SEED + step));
    }

    abstract Map<String, Literal> batch(Random random);

    /** The loss in PyTorch. */
    public abstract NDArray loss(TorchMath torch, Map<String, NDArray> batch);

    /** Weights in PyTorch, of which the same are trained. */
    public final TorchMath torch() {
        return new TorchMath(network, name -> !name.matches(frozen));
    }

    /** The names of the parameters that are trained. */
    public final Set<String> trained() {
        return network.parameters().keySet().stream().filter(name -> !name.matches(frozen)).collect(Collectors.toSet());
    }

    public final Compiled compile(Optimizer optimizer) {
        TrainOptions options = TrainOptions.of("loss", optimizer).freeze(frozen);
        return Compiler.compile("net", network, CompileOptions.defaults().training(options).debug(false));
    }

    /** Gives a session a batch. */
    public static void set(Session session, Map<String, Literal> batch) {
        batch.forEach((name, values) -> {
            session.input(name).setShape(values.shape());
            Elements.decode(session.input(name), ByteBuffer.wrap(values.encode()));
        });
    }

    /** Numbers between −1 and 1. */
    static Literal numbers(Random random, int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return Literal.of(values, shape);
    }

    /** i32 from 0 to below {@code bound}. */
    static Literal ids(Random random, int bound, int... shape) {
        return Literal.of(DType.I32, random.ints(Literal.size(shape), 0, bound).asLongStream().toArray(), shape);
    }
}
