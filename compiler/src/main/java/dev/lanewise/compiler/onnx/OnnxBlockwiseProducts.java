package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's products with weights of few bits, a scale for each block of them. The weights are
 * unpacked by operations of the graph: where they are constants, when compiling. Computed in f32.
 */
final class OnnxBlockwiseProducts {

    /** The sixteen numbers of bitsandbytes' four-bit floats. */
    private static final float[] FP4 = {
        0, 5.208333e-03f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, -0f, -5.208333e-03f, -0.66666667f,
        -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f
    };

    /** Quantiles of a normal distribution (Dettmers et al. 2023, QLoRA, appendix E). */
    private static final float[] NF4 = {
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
        -0.18477343022823334f, -0.09105003625154495f, 0, 0.07958029955625534f, 0.16093020141124725f,
        0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1
    };

    private OnnxBlockwiseProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:MatMulNBits", OnnxBlockwiseProducts::integers);
        ops.put("com.microsoft:MatMulBnb4", OnnxBlockwiseProducts::table);
    }

    /**
     * Inputs: a [..., K], weights of u8 [N, blocks, packed], scales [N, blocks], zero points (of a's type, or
     * packed as the weights are)?, the block of each row?, bias [N]?.
     */
    private static void integers(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("accuracy_level"); // how much less than f32 would do
        if (node.integer("weight_prepacked", 0) != 0) {
            throw node.unsupported("weights in the layout of another machine, attribute 'weight_prepacked'");
        }
        long k = node.integer("K", 0);
        long n = node.integer("N", 0);
        long block = node.integer("block_size", 0);
        int bits = (int) node.integer("bits", 4);
        if (bits != 2 && bits != 4 && bits != 8) {
            throw node.unsupported("weights of " + bits + " bits");
        }
        if (k < 1 || n < 1 || block < 1 || block * bits % 8 != 0 || k > 1 << 30 || n > 1 << 30 || block > 1 << 20) {
            throw node.misfit("weights of " + n + " × " + k + " in blocks of " + block);
        }
        long blocks = (k + block - 1) / block;
        requireSize(node, 1, n * blocks * (block * bits / 8));
        requireSize(node, 2, n * blocks);
        Value packed = f.reshape(node.in(1), dims(n, blocks * (block * bits / 8)));
        Value weights = f.cast(unpacked(f, packed, bits, blocks * block), DType.F32);
        Value scales = f.cast(f.reshape(node.in(2), dims(n, blocks)), DType.F32);
        Value zero = f.number(1 << bits - 1, DType.F32);
        if (node.has(3)) {
            zero = zeroPoints(f, node.in(3), bits, n, blocks);
        }
        Value matrix;
        if (node.has(4)) {
            Value group = node.in(4);
            Value rows = f.part(weights, 1, 0, k);
            Value zeros = node.has(3) ? node.add(new Gather(1), zero, group) : zero;
            matrix = f.times(f.minus(rows, zeros), node.add(new Gather(1), scales, group));
        } else {
            Value apart = f.reshape(weights, dims(n, blocks, block));
            Value zeros = node.has(3) ? f.reshape(zero, dims(n, blocks, 1)) : zero;
            Value scaled = f.times(f.minus(apart, zeros), f.reshape(scales, dims(n, blocks, 1)));
            matrix = f.part(f.reshape(scaled, dims(n, blocks * block)), 1, 0, k);
        }
        multiply(f, matrix, true, node.inOrNull(5));
    }

    /** As f32 [N, blocks]. */
    private static Value zeroPoints(Formula f, Value zeros, int bits, long n, long blocks) {
        if (zeros.type().type() != DType.U8) {
            requireSize(f.node(), 3, n * blocks);
            return f.cast(f.reshape(zeros, dims(n, blocks)), DType.F32);
        }
        long bytes = (blocks * bits + 7) / 8;
        requireSize(f.node(), 3, n * bytes);
        return f.cast(unpacked(f, f.reshape(zeros, dims(n, bytes)), bits, blocks), DType.F32);
    }

    /** The first {@code count} numbers of each row of bytes {@code [n, bytes]}, the lowest bits first. */
    private static Value unpacked(Formula f, Value bytes, int bits, long count) {
        if (bits == 8) {
            return f.part(bytes, 1, 0, count);
        }
        List<Value> parts = new ArrayList<>();
        for (int shift = 0; shift < 8; shift += bits) {
            Value moved = shift == 0 ? bytes : f.apply(BinaryFn.SHIFT_RIGHT, bytes, shift);
            parts.add(f.apply(BinaryFn.BITWISE_AND, moved, (1 << bits) - 1));
        }
        return f.part(interleaved(f, parts), 1, 0, count);
    }

    /** Values [n, m] as one of [n, m · count], taking turns. */
    private static Value interleaved(Formula f, List<Value> parts) {
        List<Dim> apart = new ArrayList<>(parts.get(0).shape());
        apart.add(Dim.ONE);
        Value[] columns = parts.stream().map(part -> f.reshape(part, apart)).toArray(Value[]::new);
        Value all = f.node().add(new Concat(2), columns);
        return f.reshape(all, List.of(apart.get(0), apart.get(1).times(parts.size())));
    }

    /** Inputs: a, weights of u8 [⌈N · K / 2⌉], the high half of a byte first, and the largest of each block. */
    private static void table(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("training_mode");
        long k = node.integer("K", 0);
        long n = node.integer("N", 0);
        long block = node.integer("block_size", 0);
        float[] numbers = node.integer("quant_type", 0) == 0 ? FP4 : NF4;
        if (k < 1 || n < 1 || block < 1 || k > 1 << 30 || n > 1 << 30 || block > 1 << 20) {
            throw node.misfit("weights of " + n + " × " + k + " in blocks of " + block);
        }
        long size = n * k;
        long blocks = (size + block - 1) / block;
        requireSize(node, 1, (size + 1) / 2);
        requireSize(node, 2, blocks);
        Value bytes = f.reshape(node.in(1), dims(1, (size + 1) / 2));
        Value high = f.apply(BinaryFn.SHIFT_RIGHT, bytes, 4);
        Value low = f.apply(BinaryFn.BITWISE_AND, bytes, 15);
        Value codes = f.cast(interleaved(f, List.of(high, low)), DType.I32);
        Value plain = node.add(new Gather(0), node.constant(Literal.of(numbers, 16)), f.part(codes, 1, 0, size));
        Value blockOf = f.apply(BinaryFn.DIV, f.counting(Dim.of(size), 1, 2), block);
        Value largest = node.add(new Gather(0), f.reshape(f.cast(node.in(2), DType.F32), dims(blocks)), blockOf);
        multiply(f, f.reshape(f.times(plain, largest), dims(n, k)), node.flag("transB", true), null);
    }

    /** Gives {@code a · matrix + bias}. */
    private static void multiply(Formula f, Value matrix, boolean transposed, Value bias) {
        OnnxNode node = f.node();
        Value a = f.cast(node.in(0), DType.F32);
        Value rows = a.rank() == 1 ? f.reshape(a, List.of(Dim.ONE, a.dim(0))) : a;
        Value y = node.add(new MatMul(transposed, Epilogue.NONE), rows, matrix);
        if (a.rank() == 1) {
            y = f.reshape(y, y.shape().subList(1, 2));
        }
        Value sum = bias == null ? y : f.plus(y, f.cast(bias, DType.F32));
        node.out(f.cast(sum, node.in(0).type().type()));
    }

    private static void requireSize(OnnxNode node, int input, long size) {
        if (!node.in(input).type().size().is(size)) {
            throw node.misfit("input " + input + " is " + node.in(input).type() + "; expected " + size + " elements");
        }
    }

    private static List<Dim> dims(long... extents) {
        List<Dim> dims = new ArrayList<>();
        for (long extent : extents) {
            dims.add(Dim.of(extent));
        }
        return dims;
    }
}
