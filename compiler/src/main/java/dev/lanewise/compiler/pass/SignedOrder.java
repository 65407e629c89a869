package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The last axis of a tensor, taken apart and put together in another order, some of it negated: {@code y[..., i]
 * = signs[i] · x[..., from[i]]}.
 *
 * @param x what was taken apart
 * @param from [n] positions along x's last axis
 * @param signs [n] 1 or −1
 */
record SignedOrder(Value x, int[] from, float[] signs) {

    /** Longer axes are no heads. */
    private static final long LONGEST = 4096;

    /** Reads a value that is put together of slices; {@code null} where it is anything else. */
    static SignedOrder of(Value value) {
        SignedOrder order = trailing(value, value.rank() - 1);
        boolean whole = order != null && order.x.type().equals(value.type())
                && Arrays.stream(order.from).distinct().count() == order.from.length;
        return whole ? order : null;
    }

    /** Reads a value that is taken out of the last axis of another; {@code null} where it is anything else. */
    static SignedOrder ofPart(Value value) {
        return trailing(value, value.rank() - 1);
    }

    /**
     * The elements of a value in all axes from {@code axis} on, as one list.
     *
     * @param axis the last one of x
     */
    private static SignedOrder trailing(Value value, int axis) {
        Node node = value.producer();
        if (node == null || axis < 0) {
            return null;
        }
        SignedOrder column = column(node, axis);
        if (column != null) {
            return column;
        }
        if (node.op() instanceof Slice slice) {
            return slice(slice, node.input(0), axis);
        }
        if (node.op() instanceof Unary unary && unary.fn() == UnaryFn.NEG) {
            SignedOrder order = trailing(node.input(0), axis);
            return order == null ? null : order.negated();
        }
        if (node.op() instanceof Reshape) {
            Value source = node.input(0);
            boolean same = source.rank() > axis && value.rank() > axis
                    && source.shape().subList(0, axis).equals(value.shape().subList(0, axis));
            return same ? trailing(source, axis) : null;
        }
        return node.op() instanceof Concat concat && concat.axis() >= axis ? joined(value, concat.axis(), axis) : null;
    }

    /** One element of each group, where the last axis of a tensor was reshaped into groups [..., n, group]. */
    private static SignedOrder column(Node node, int axis) {
        Value groups = node.inputs().isEmpty() ? null : node.input(0);
        if (Rewriting.producer(groups, Reshape.class) == null || groups.rank() != axis + 2) {
            return null;
        }
        Value x = groups.producer().input(0);
        Dim index = null;
        if (node.op() instanceof Slice slice) {
            boolean one = slice.shape().subList(0, axis + 1).equals(groups.shape().subList(0, axis + 1))
                    && slice.starts().subList(0, axis + 1).stream().allMatch(dim -> dim.is(0))
                    && Collections.nCopies(axis + 1, 1).equals(slice.strides().subList(0, axis + 1))
                    && slice.shape().get(axis + 1).is(1);
            index = one ? slice.starts().get(axis + 1) : null;
        } else if (node.op() instanceof Gather gather && gather.axis() == axis + 1 && node.input(1).isConstant()
                && node.input(1).constant().size() == 1 && groups.dim(axis + 1).isConstant()) {
            long at = node.input(1).constant().longAt(0);
            index = Dim.of(at < 0 ? at + groups.dim(axis + 1).constant() : at);
        }
        boolean grouped = index != null && index.isConstant() && x.rank() == axis + 1 && x.dim(axis).isConstant()
                && x.dim(axis).constant() <= LONGEST && groups.dim(axis + 1).isConstant()
                && x.shape().subList(0, axis).equals(groups.shape().subList(0, axis));
        if (!grouped) {
            return null;
        }
        int group = (int) groups.dim(axis + 1).constant();
        int[] from = new int[(int) x.dim(axis).constant() / Math.max(1, group)];
        int first = (int) index.constant();
        Arrays.setAll(from, i -> i * group + first);
        float[] signs = new float[from.length];
        Arrays.fill(signs, 1);
        return new SignedOrder(x, from, signs);
    }

    private static SignedOrder slice(Slice slice, Value x, int axis) {
        Dim count = slice.shape().get(x.rank() - 1);
        Dim start = slice.starts().get(x.rank() - 1);
        boolean alongLast = axis == x.rank() - 1 && slice.shape().subList(0, axis).equals(x.shape().subList(0, axis))
                && Collections.nCopies(axis, 1).equals(slice.strides().subList(0, axis))
                && slice.starts().subList(0, axis).stream().allMatch(dim -> dim.is(0));
        if (!alongLast || !count.isConstant() || !start.isConstant() || count.constant() > LONGEST) {
            return null;
        }
        int[] from = new int[(int) count.constant()];
        Arrays.setAll(from, i -> (int) start.constant() + i * slice.strides().get(axis));
        float[] signs = new float[from.length];
        Arrays.fill(signs, 1);
        return new SignedOrder(x, from, signs);
    }

    /** Parts one after another along {@code along}: blocks of each part by turns where that is not the first axis. */
    private static SignedOrder joined(Value value, int along, int axis) {
        List<Dim> outer = value.shape().subList(axis, along);
        List<Value> parts = value.producer().inputs();
        if (!outer.stream().allMatch(Dim::isConstant)) {
            return null;
        }
        int turns = (int) outer.stream().mapToLong(Dim::constant).reduce(1, (a, b) -> a * b);
        SignedOrder[] orders = new SignedOrder[parts.size()];
        int n = 0;
        for (int p = 0; p < orders.length; p++) {
            orders[p] = trailing(parts.get(p), axis);
            if (orders[p] == null || orders[p].x != orders[0].x || turns == 0) {
                return null;
            }
            n += orders[p].from.length;
        }
        int[] from = new int[n];
        float[] signs = new float[n];
        int at = 0;
        for (int turn = 0; turn < turns; turn++) {
            for (SignedOrder order : orders) {
                int block = order.from.length / turns;
                System.arraycopy(order.from, turn * block, from, at, block);
                System.arraycopy(order.signs, turn * block, signs, at, block);
                at += block;
            }
        }
        return new SignedOrder(orders[0].x, from, signs);
    }

    private SignedOrder negated() {
        float[] opposite = new float[signs.length];
        for (int i = 0; i < opposite.length; i++) {
            opposite[i] = -signs[i];
        }
        return new SignedOrder(x, from, opposite);
    }

    /** The longest length of runs that stay together, each beginning at a multiple of it. */
    int run() {
        int n = from.length;
        for (int run = n; run > 1; run--) {
            int length = run;
            boolean together = n % run == 0;
            for (int i = 0; i < n && together; i++) {
                together = i % length == 0 ? from[i] % length == 0 : from[i] == from[i - 1] + 1;
            }
            if (together) {
                return run;
            }
        }
        return 1;
    }
}
