package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements of f32 dropped at random while training (Srivastava et al. 2014): {@code y = x}, the identity. A
 * training program has {@link #mask} in its place.
 *
 * @param rate the share that is dropped, from 0 to below 1
 * @param seed of the random numbers
 * @param sharedAxes axes along which one draw serves all elements, from 0: that of time makes the dropout
 *     variational (Gal, Ghahramani 2016)
 */
public record Dropout(float rate, long seed, List<Integer> sharedAxes) implements Op {

    public Dropout {
        sharedAxes = List.copyOf(sharedAxes);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireType(0, DType.F32);
        if (!(rate >= 0 && rate < 1)) {
            throw in.fail("a rate of " + rate + "; expected at least 0 and less than 1");
        }
        if (sharedAxes.stream().anyMatch(axis -> axis < 0 || axis >= in.rank(0))) {
            throw in.fail("shared axes " + sharedAxes + " of " + in.type(0));
        }
        return List.of(in.type(0));
    }

    /**
     * Adds what training computes: {@code x · mask / (1 − rate)}, each element of the mask 1 with probability
     * {@code 1 − rate}, else 0.
     *
     * @param name of the nodes
     */
    public static Value mask(GraphBuilder builder, String name, Value x, Dropout dropout) {
        float kept = 1 - dropout.rate;
        List<Dim> shape = new ArrayList<>(x.shape());
        dropout.sharedAxes.forEach(axis -> shape.set(axis, Dim.ONE));
        Value one = builder.constant(name + ".kept", Literal.splat(DType.F32, kept));
        Value probabilities = builder.add(name + ".probabilities", new Expand(shape), one);
        Random random = new Random(Random.Distribution.BERNOULLI, dropout.seed, 0, 0, List.of());
        Value mask = builder.add(name + ".mask", random, probabilities);
        Value scaled = builder.add(name + ".scaled", new Unary(UnaryFn.AFFINE, 1 / kept, 0), mask);
        return builder.add(name, new Binary(BinaryFn.MUL), x, scaled);
    }

    @Override
    public List<Value> train(GraphBuilder graph, String name, List<Value> inputs, boolean differentiated) {
        return List.of(mask(graph, name, inputs.get(0), this));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        return List.of(in.in(0));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.view(lowering.in(0), lowering.out(0));
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Dropout(0.5f, 1, List.of()), OpCase.in(3, 17)),
                OpCase.of(new Dropout(0.1f, 1, List.of(1)), OpCase.in(2, 5, 7)));
    }
}
