package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's quantisation of single tensors: {@code q = saturate(round(x / scale) + zeroPoint)}, halves to
 * the even integer, and back. Per tensor, per axis, or per block along an axis.
 */
final class OnnxQuantisation {

    /** Those of com.microsoft are these of ONNX, with more types. */
    private static final int CONTRIBUTED = 21;

    private OnnxQuantisation() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":QuantizeLinear", OnnxQuantisation::quantize);
        ops.put(":DequantizeLinear", OnnxQuantisation::dequantize);
        ops.put(":DynamicQuantizeLinear", node -> dynamic(new Formula(node), node.in(0)).forEach(node::out));
        ops.put("com.microsoft:QuantizeLinear", node -> quantize(node.following(CONTRIBUTED)));
        ops.put("com.microsoft:DequantizeLinear", node -> dequantize(node.following(CONTRIBUTED)));
    }

    private static void quantize(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        node.ignore("saturate"); // floating point of 8 bits alone
        DType declared = node.integer("output_dtype", 0) == 0 ? DType.U8 : node.dtype("output_dtype", DType.U8);
        DType type = node.has(2) ? node.in(2).type().type() : declared;
        boolean f64 = node.integer("precision", 0) != 0 && node.dtype("precision", DType.F32) == DType.F64;
        DType precision = f64 ? DType.F64 : DType.F32; // types of 16 bits are computed in f32
        Blocks blocks = Blocks.read(node, x);
        Value scale = blocks.fit(f, f.cast(node.in(1), precision));
        Value quotient = f.over(blocks.split(f, f.cast(x, precision)), scale);
        Value rounded = f.apply(UnaryFn.ROUND, quotient);
        if (node.has(2)) {
            rounded = f.plus(rounded, blocks.fit(f, f.cast(node.in(2), precision)));
        }
        node.out(f.reshape(node.add(new Cast(type, true), rounded), x.shape()));
    }

    /** {@code (x − zeroPoint) · scale}; the difference of integers of 32 bits is taken as integers. */
    private static void dequantize(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value scale = node.in(1);
        DType type = node.integer("output_dtype", 0) == 0
                ? scale.type().type()
                : node.dtype("output_dtype", DType.F32);
        DType difference = x.type().type().bytes() > 2 ? DType.I64 : DType.F32;
        Blocks blocks = Blocks.read(node, x);
        Value shifted = blocks.split(f, f.cast(x, difference));
        if (node.has(2)) {
            shifted = f.minus(shifted, blocks.fit(f, f.cast(node.in(2), difference)));
        }
        Value product = f.times(f.cast(shifted, DType.F32), blocks.fit(f, f.cast(scale, DType.F32)));
        node.out(f.cast(f.reshape(product, x.shape()), type));
    }

    /**
     * To u8, with the scale and zero point that its own range, widened to hold 0, asks for.
     *
     * @return the numbers, their scale and their zero point, scalars
     */
    static List<Value> dynamic(Formula f, Value x) {
        OnnxNode node = f.node();
        List<Integer> all = Formula.axes(0, x.rank());
        Value max = f.apply(BinaryFn.MAX, f.reduce(ReduceFn.MAX, x, all, false), 0);
        Value min = f.apply(BinaryFn.MIN, f.reduce(ReduceFn.MIN, x, all, false), 0);
        Value range = f.minus(max, min);
        Value none = f.apply(BinaryFn.EQUAL, range, 0); // where ONNX Runtime takes 1, and ONNX's formula divides by 0
        Value scale = f.where(none, f.number(1, DType.F32), f.apply(BinaryFn.DIV, range, 255));
        Value zero = f.apply(UnaryFn.ROUND, node.add(
                new Unary(UnaryFn.CLIP, 0, 255), f.apply(UnaryFn.NEG, f.over(min, scale))));
        Value y = f.plus(f.apply(UnaryFn.ROUND, f.over(x, scale)), zero);
        return List.of(node.add(new Cast(DType.U8, true), y), scale, node.add(new Cast(DType.U8, true), zero));
    }

    /**
     * How scale and zero point lie over a tensor.
     *
     * @param axis along which they change, -1 for one scale of all
     * @param block elements that share a scale along the axis, 0 for one element
     */
    private record Blocks(int axis, long block, List<Dim> shape) {

        static Blocks read(OnnxNode node, Value x) {
            long axis = node.integer("axis", 1);
            long block = node.opset() >= 21 ? node.integer("block_size", 0) : 0;
            Value scale = node.in(1);
            if (scale.rank() == 0 || scale.rank() == 1 && scale.dim(0).is(1) && x.rank() != 1) {
                return new Blocks(-1, 0, x.shape());
            }
            int positive = OnnxMovement.axis(node, axis, x.rank());
            if (block == 0 && scale.rank() != 1 || block < 0 || block > 0 && scale.rank() != x.rank()) {
                throw node.misfit("scale " + scale.type() + " over " + x.type() + " in blocks of " + block);
            }
            if (block > 0 && !Signature.mayEqual(x.dim(positive).ceilDiv(block), scale.dim(positive))) {
                throw node.misfit("blocks of " + block + " along axis " + positive + " of " + x.type() + " and scale "
                        + scale.type());
            }
            return new Blocks(positive, block, x.shape());
        }

        /** Whether every block is whole. */
        private boolean isFilled() {
            return shape.get(axis).mod(Dim.of(block)).is(0);
        }

        /** The tensor with its blocks as an axis of their own, where they are whole. */
        Value split(Formula f, Value x) {
            if (block == 0 || !isFilled()) {
                return x;
            }
            List<Dim> split = new ArrayList<>(shape);
            split.set(axis, shape.get(axis).floorDiv(block));
            split.add(axis + 1, Dim.of(block));
            return f.reshape(x, split);
        }

        /** Scale or zero point, so that it broadcasts against {@link #split}. */
        Value fit(Formula f, Value scale) {
            if (axis < 0) {
                return f.reshape(scale, List.of());
            }
            if (block == 0) {
                return f.along(scale, axis, shape.size());
            }
            if (!isFilled()) { // the last block is shorter, or may be
                Value number = f.apply(BinaryFn.DIV, f.counting(shape.get(axis), 0, 1), block);
                return f.node().add(new Gather(axis), scale, number);
            }
            List<Dim> spread = new ArrayList<>(scale.shape());
            spread.add(axis + 1, Dim.ONE);
            return f.reshape(scale, spread);
        }
    }
}
