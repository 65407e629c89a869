package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
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
