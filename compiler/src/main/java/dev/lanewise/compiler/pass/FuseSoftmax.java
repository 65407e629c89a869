package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * Softmax over the last axis, written out: {@code e / Σ e} with {@code e = e^(x − max)} or {@code e^x};
 * its logarithm as that of the quotient or as {@code x − max − ln Σ e}.
 */
final class FuseSoftmax implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (node.outputs().size() != 1 || node.output().type().type() != DType.F32) {
                    return null;
                }
                if (node.op() instanceof Unary unary && unary.fn() == UnaryFn.LOG) {
                    Softmax softmax = producer(inputs.get(0), Softmax.class);
                    return softmax == null || softmax.log() || !usedOnce(node.input(0))
                            ? null
                            : List.of(add(node.name(), new Softmax(true), inputs.get(0).producer().input(0)));
                }
                if (node.op() instanceof Binary binary) {
                    boolean log = binary.fn() == BinaryFn.SUB;
                    Value x = log ? logSoftmax(node) : softmax(node.output());
                    return x == null ? null : List.of(add(node.name(), new Softmax(log), now(x)));
                }
                return null;
            }
        }.run();
    }

    /** What {@code y} is the softmax of, or {@code null}. */
    private static Value softmax(Value y) {
        for (Value sum : Terms.operands(y)) {
            Value e = summed(sum);
            if (e != null && e.type().equals(y.type())
                    && Terms.of(y, e, sum).are(Terms.atom(e).times(Terms.atom(sum).power(-1)))) {
                return unshifted(e.producer().input(0));
            }
        }
        return null;
    }

    private static Value logSoftmax(Node node) {
        Unary log = Rewriting.producer(node.input(1), Unary.class);
        Value e = log == null || log.fn() != UnaryFn.LOG ? null : summed(node.input(1).producer().input(0));
        return e != null && e.producer().input(0) == node.input(0) ? unshifted(node.input(0)) : null;
    }

    /** The exponentials that {@code sum} adds up along the last axis, or {@code null}. */
    private static Value summed(Value sum) {
        Value e = reduced(sum, ReduceFn.SUM);
        Unary exp = Rewriting.producer(e, Unary.class);
        return exp != null && exp.fn() == UnaryFn.EXP ? e : null;
    }

    /** What is reduced along the last axis, which stays; {@code null} where nothing is. */
    private static Value reduced(Value value, ReduceFn fn) {
        Reduce reduce = Rewriting.producer(value, Reduce.class);
        if (reduce == null) {
            return null;
        }
        Value x = value.producer().input(0);
        return reduce.equals(Reduce.along(fn, x.rank() - 1)) ? x : null;
    }

    /** {@code x} where this is {@code x − max(x)}, else this itself: softmax is the same of both. */
    private static Value unshifted(Value shifted) {
        Binary binary = Rewriting.producer(shifted, Binary.class);
        if (binary != null && binary.fn() == BinaryFn.SUB) {
            Node node = shifted.producer();
            if (reduced(node.input(1), ReduceFn.MAX) == node.input(0)) {
                return node.input(0);
            }
        }
        return shifted;
    }
}
