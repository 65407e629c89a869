package dev.lanewise.compiler.train;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.train.Dataset;
import java.util.List;
import java.util.Random;

/** Networks and examples that tests of training share. */
final class SmallNetworks {

    static final int INPUTS = 3;
    static final int HIDDEN = 24;
    static final int BATCH = 8;

    private SmallNetworks() {}

    /** Two layers on {@code x} [B, 3], with the mean squared error to {@code target} [B, 1]. */
    static Graph layers() {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, BATCH);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(batch, Dim.of(INPUTS))));
        Value target = graph.input("target", new ValueType(DType.F32, List.of(batch, Dim.ONE)));
        Value hidden = graph.add(
                "hidden", MatMul.PLAIN, x, weights("hidden.weight", INPUTS, HIDDEN), weights("hidden.bias", HIDDEN));
        Value active = graph.add("active", Unary.of(UnaryFn.TANH), hidden);
        Value y = graph.add("y", MatMul.PLAIN, active, weights("out.weight", HIDDEN, 1));
        Value error = graph.add("error", new Binary(BinaryFn.SUB), y, target);
        graph.output("y", y);
        graph.output("loss", mean(graph, new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), error, batch));
        return graph.build();
    }

    static Value mean(GraphBuilder graph, Reduce sum, Value of, Dim count) {
        Value n = graph.add("n", Cast.to(DType.F32), graph.add("count", new Extents(List.of(count), true)));
        return graph.add("loss", new Binary(BinaryFn.DIV), graph.add("sum", sum, of), n);
    }

    static Value weights(String name, int... shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Value.constant(name, Literal.of(values, shape));
    }

    static Model model(Graph graph, TrainOptions options) {
        return model(graph, options, Start.BEST_COLD);
    }

    static Model model(Graph graph, TrainOptions options, Start start) {
        byte[] bytes = Compiler.compile("net", graph, CompileOptions.defaults().training(options)).file().toBytes();
        return Model.of(ModelFile.read("net.lane", bytes), LoadOptions.defaults().start(start));
    }

    /** Examples of {@link #layers}: the target is a smooth function of x. */
    static Dataset examples(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n * INPUTS];
        float[] target = new float[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < INPUTS; j++) {
                x[i * INPUTS + j] = 2 * random.nextFloat() - 1;
            }
            target[i] = x[i * INPUTS] * x[i * INPUTS + 1] + 0.5f * x[i * INPUTS + 2];
        }
        return Dataset.arrays(n).floats("x", x).floats("target", target);
    }
}
