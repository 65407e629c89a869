package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * Rotary embeddings of parts, {@code concat(x₁ · cos − x₂ · sin, x₂ · cos + x₁ · sin)}, are one of the whole, {@code x
 * · concat(cos, cos) + concat(−x₂, x₁) · concat(sin, sin)}, with the same bits. The parts are halves, or every other
 * element; what is made of the angles, all heads and layers share.
 */
final class JoinRotations implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (node.output().type().type() != DType.F32 || node.output().rank() == 0) {
                    return null;
                }
                int last = node.output().rank() - 1;
                if (node.op() instanceof Concat concat && concat.axis() == last) {
                    return rotation(node, node.inputs(), false);
                }
                boolean turns = node.op() instanceof Reshape
                        && producer(node.input(0), Concat.class) != null && usedOnce(node.input(0))
                        && producer(node.input(0), Concat.class).axis() == last + 1
                        && node.input(0).rank() == last + 2
                        && node.input(0).producer().inputs().stream().allMatch(part -> part.dim(last + 1).is(1));
                List<Value> columns = turns ? node.input(0).producer().inputs() : List.of();
                return turns ? rotation(node, columns.stream().map(CellStep::viewed).toList(), true) : null;
            }

            /**
             * The rotation that parts are together; {@code null} where they are none.
             *
             * @param turns whether they give one element each by turns, not one after another
             */
            private List<Value> rotation(Node node, List<Value> values, boolean turns) {
                List<Value> cosines = new ArrayList<>();
                List<Value> crossed = new ArrayList<>();
                List<Value> sines = new ArrayList<>();
                Value x = null;
                int at = 0;
                for (int i = 0; i < values.size() && values.size() == 2; i++) {
                    Part part = Part.of(values.get(i), turns ? i : at, turns ? 2 : 1);
                    boolean fits = part != null && usedOnce(values.get(i)) && (x == null || x == part.x)
                            && part.x.type().equals(node.output().type());
                    if (!fits) {
                        return null;
                    }
                    x = part.x;
                    at += part.length;
                    Value other = now(part.crossed);
                    crossed.add(part.negated ? add(node.name(), Unary.of(UnaryFn.NEG), other) : other);
                    cosines.add(now(part.cosine));
                    sines.add(now(part.sine));
                }
                boolean whole = x != null && at == x.dim(x.rank() - 1).constant()
                        && cosines.get(0).shape().equals(cosines.get(1).shape())
                        && sines.get(0).shape().equals(sines.get(1).shape());
                if (!whole) {
                    return null;
                }
                Value straight = add(node.name(), new Binary(BinaryFn.MUL), now(x), joined(node, cosines, turns));
                Value across = add(node.name(), new Binary(BinaryFn.MUL), joined(node, crossed, turns),
                        joined(node, sines, turns));
                return List.of(add(node.name(), new Binary(BinaryFn.ADD), straight, across));
            }

            private Value joined(Node node, List<Value> parts, boolean turns) {
                int last = parts.get(0).rank() - 1;
                if (!turns) {
                    return add(node.name(), new Concat(last), parts.toArray(new Value[0]));
                }
                List<Dim> column = new ArrayList<>(parts.get(0).shape());
                column.add(Dim.ONE);
                Value pairs = add(node.name(), new Concat(last + 1), parts.stream()
                        .map(part -> add(node.name(), new Reshape(column), part)).toArray(Value[]::new));
                List<Dim> row = new ArrayList<>(parts.get(0).shape());
                row.set(last, row.get(last).times(parts.size()));
                return add(node.name(), new Reshape(row), pairs);
            }
        }.run();
    }

    /**
     * {@code straight · cosine ± crossed · sine}, of parts of one tensor.
     *
     * @param x the tensor
     * @param length of the part
     */
    private record Part(Value x, int length, Value cosine, Value crossed, Value sine, boolean negated) {

        /**
         * {@code null} where a value is no such part.
         *
         * @param first place in x of the part's first element
         * @param stride from there to the next
         */
        static Part of(Value value, int first, int stride) {
            Binary sum = Rewriting.producer(value, Binary.class);
            if (sum == null || sum.fn() != BinaryFn.ADD && sum.fn() != BinaryFn.SUB) {
                return null;
            }
            boolean subtracts = sum.fn() == BinaryFn.SUB;
            Value a = value.producer().input(0);
            Value b = value.producer().input(1);
            Part part = of(a, b, first, stride, subtracts);
            return part != null || subtracts ? part : of(b, a, first, stride, false);
        }

        private static Part of(Value straight, Value across, int first, int stride, boolean negated) {
            Factors own = Factors.of(straight);
            Factors other = Factors.of(across);
            boolean fits = own != null && other != null && own.order.x() == other.order.x()
                    && own.order.from().length == other.order.from().length && own.isAt(first, stride)
                    && !other.isAt(first, stride);
            return fits
                    ? new Part(own.order.x(), own.order.from().length, own.factor, other.part, other.factor, negated)
                    : null;
        }
    }

    /** A product of a part and of something as long. */
    private record Factors(Value part, SignedOrder order, Value factor) {

        static Factors of(Value value) {
            Binary binary = Rewriting.producer(value, Binary.class);
            for (int side = 0; binary != null && binary.fn() == BinaryFn.MUL && side < 2; side++) {
                Value part = value.producer().input(side);
                Value factor = value.producer().input(1 - side);
                SignedOrder order = part.rank() == 0 ? null : SignedOrder.ofPart(part);
                boolean asLong = order != null && factor.rank() > 0 && factor.rank() <= part.rank()
                        && part.type().equals(value.type())
                        && factor.dim(factor.rank() - 1).equals(part.dim(part.rank() - 1));
                if (asLong) {
                    return new Factors(part, order, factor);
                }
            }
            return null;
        }

        boolean isAt(int first, int stride) {
            for (int i = 0; i < order.from().length; i++) {
                if (order.from()[i] != first + i * stride || order.signs()[i] != 1) {
                    return false;
                }
            }
            return true;
        }
    }
}
