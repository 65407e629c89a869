package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The operators of QONNX, which Brevitas, FINN and hls4ml write: floating point rounded to what a few bits hold. The
 * specification is {@code docs/qonnx-custom-ops} of github.com/fastmachinelearning/qonnx. And its copies of ONNX's
 * operators that have channels last.
 */
final class OnnxQonnx {

    /** The same operators under the names that they had before, and that Brevitas gives them. */
    private static final List<String> DOMAINS =
            List.of("qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas");

    private static final String CHANNELS_LAST = "qonnx.custom_op.channels_last:";

    /** The version of ONNX that the copies with channels last follow. */
    private static final int OF_ONNX = 13;

    /** Integers of more bits are not exact in f64 either. */
    private static final int MOST_BITS = 52;

    private OnnxQonnx() {}

    static void register(Map<String, OnnxOp> ops) {
        for (String domain : DOMAINS) {
            ops.put(domain + ":Quant", OnnxQonnx::quant);
            ops.put(domain + ":IntQuant", OnnxQonnx::quant);
            ops.put(domain + ":BipolarQuant", OnnxQonnx::bipolar);
            ops.put(domain + ":Trunc", OnnxQonnx::truncate);
        }
        channelsLast(ops, "Conv", 0, 1);
        channelsLast(ops, "MaxPool", 0);
        channelsLast(ops, "AveragePool", 0);
        channelsLast(ops, "BatchNormalization", 0);
    }

    private static void channelsLast(Map<String, OnnxOp> ops, String type, int... images) {
        OnnxOp first = ops.get(":" + type);
        ops.put(CHANNELS_LAST + type, node -> OnnxContribConvolutions.channelsLast(
                node.following(OF_ONNX), first, images));
    }

    /** Inputs: x, scale, zero point, bits. {@code (round(clamp(x / scale + zero)) − zero) · scale} */
    private static void quant(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value scale = f.cast(node.in(1), x.type().type());
        Value zero = f.cast(node.in(2), x.type().type());
        boolean signed = node.flag("signed", true);
        boolean narrow = node.flag("narrow", false);
        int bits = bits(node, 3);
        String rounding = node.text("rounding_mode", "ROUND");
        Value shifted = f.plus(f.over(x, scale), zero);
        Value integers = bits == 1 && signed ? signs(f, shifted) : integers(f, shifted, bits, signed, narrow, rounding);
        node.out(f.times(f.minus(integers, zero), scale));
    }

    /** Inputs: x, scale. */
    private static void bipolar(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        node.out(f.times(signs(f, x), f.cast(node.in(1), x.type().type())));
    }

    /**
     * Drops the lowest bits of what is quantised already. Inputs of version 1: x, scale, zero point, bits before, bits
     * after; the bits that are dropped say by how much. Of version 2: x, scale, zero point, bits before, scale after,
     * zero point after, bits after; the scales say it.
     */
    private static void truncate(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        DType type = x.type().type();
        Value scale = f.cast(node.in(1), type);
        Value zero = f.cast(node.in(2), type);
        String rounding = node.text("rounding_mode", "FLOOR");
        Value whole = f.apply(UnaryFn.ROUND, f.plus(f.over(x, scale), zero));
        int before = bits(node, 3);
        if (node.inputCount() <= 5) {
            Value kept = f.apply(BinaryFn.DIV, whole, Math.scalb(1., before - bits(node, 4)));
            node.out(f.times(f.minus(rounded(f, kept, rounding), zero), scale));
            return;
        }
        node.in(5); // a zero point that follows from the others
        boolean signed = node.flag("signed", true);
        boolean narrow = node.flag("narrow", false);
        Value scaleAfter = f.cast(node.in(4), type);
        Value bitsDropped = f.apply(UnaryFn.ROUND, f.apply(
                BinaryFn.DIV, f.apply(UnaryFn.LOG, f.over(scaleAfter, scale)), Math.log(2)));
        Value step = f.apply(BinaryFn.POW, f.number(2, type), bitsDropped);
        Value integers = integers(f, f.over(whole, step), bits(node, 6), signed, narrow, rounding);
        node.out(f.times(f.minus(integers, f.over(zero, step)), scaleAfter));
    }

    private static int bits(OnnxNode node, int input) {
        Literal bits = node.literal(input);
        if (bits.size() != 1) {
            throw node.unsupported("input " + input + ", the number of bits, is " + bits.describe()
                    + "; expected one number");
        }
        double number = bits.doubleAt(0);
        if (number != Math.rint(number) || number < 1 || number > MOST_BITS) {
            throw node.misfit("input " + input + " states " + number + " bits; expected 1 to " + MOST_BITS);
        }
        return (int) number;
    }

    /** Cut off at what the bits hold, then rounded. */
    private static Value integers(Formula f, Value x, int bits, boolean signed, boolean narrow, String rounding) {
        double most = Math.scalb(1., signed ? bits - 1 : bits) - (narrow && !signed ? 2 : 1);
        double least = signed ? -Math.scalb(1., bits - 1) + (narrow ? 1 : 0) : 0;
        return rounded(f, f.apply(BinaryFn.MAX, f.apply(BinaryFn.MIN, x, most), least), rounding);
    }

    /** 1 from 0 upwards, else −1. */
    private static Value signs(Formula f, Value x) {
        DType type = x.type().type();
        Value negative = f.apply(BinaryFn.LESS, x, 0);
        return f.where(negative, f.number(-1, type), f.number(1, type));
    }

    private static Value rounded(Formula f, Value x, String mode) {
        return switch (mode.toUpperCase(Locale.ROOT)) {
            case "ROUND", "HALF_EVEN" -> f.apply(UnaryFn.ROUND, x);
            case "CEIL" -> f.apply(UnaryFn.CEIL, x);
            case "FLOOR" -> f.apply(UnaryFn.FLOOR, x);
            case "UP" -> f.times(f.apply(UnaryFn.SIGN, x), f.apply(UnaryFn.CEIL, f.apply(UnaryFn.ABS, x)));
            case "DOWN" -> f.times(f.apply(UnaryFn.SIGN, x), f.apply(UnaryFn.FLOOR, f.apply(UnaryFn.ABS, x)));
            case "HALF_UP" -> halves(f, x, BinaryFn.GREATER_OR_EQUAL);
            case "HALF_DOWN" -> halves(f, x, BinaryFn.GREATER);
            default -> throw f.node().unsupported("attribute 'rounding_mode' is '" + mode
                    + "'; supported are ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN");
        };
    }

    /** To the nearest integer, by the magnitude; {@code up} compares what is left with a half. */
    private static Value halves(Formula f, Value x, BinaryFn up) {
        Value magnitude = f.apply(UnaryFn.ABS, x);
        Value floor = f.apply(UnaryFn.FLOOR, magnitude);
        Value more = f.cast(f.apply(up, f.minus(magnitude, floor), 0.5), x.type().type());
        return f.times(f.apply(UnaryFn.SIGN, x), f.plus(floor, more));
    }
}
