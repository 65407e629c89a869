package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * ONNX's discrete Fourier transforms, as products with a matrix of cosines and sines: n² multiply-adds,
 * which for the frame lengths of speech is what a fused product does well.
 */
final class OnnxFourier {

    /** Elements of the largest matrix, and of the largest set of frames. */
    private static final long LARGEST = 1L << 23;

    private OnnxFourier() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":DFT", OnnxFourier::dft);
        ops.put(":STFT", OnnxFourier::stft);
    }

    /** The axis is an attribute before opset 20, then the third input; the last axis holds real and imaginary parts. */
    private static void dft(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        long given = node.opset() < 20 ? node.integer("axis", 1) : node.has(2) ? node.longs(2)[0] : -2;
        int axis = OnnxMovement.axis(node, given, x.rank());
        boolean inverse = node.flag("inverse", false);
        boolean oneSided = node.flag("onesided", false);
        if (axis == x.rank() - 1 || !x.dim(axis).isConstant()) {
            throw node.unsupported("axis " + axis + " of " + x.type() + "; it must be a number, and not the last");
        }
        long n = x.dim(axis).constant();
        long length = node.has(1) ? node.longs(1)[0] : inverse && oneSided ? 2 * (n - 1) : n;
        Value lines = movedLast(f, x, axis);
        Value y = transform(f, lines, length, inverse, oneSided);
        node.out(movedBack(f, y, axis));
    }

    /** {@code [..., n, ..., c]} to {@code [..., ..., n, c]}. */
    private static Value movedLast(Formula f, Value x, int axis) {
        int[] order = order(x.rank(), axis);
        return f.node().add(Transpose.of(order), x);
    }

    private static Value movedBack(Formula f, Value x, int axis) {
        int[] order = order(x.rank(), axis);
        int[] back = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            back[order[i]] = i;
        }
        return f.node().add(Transpose.of(back), x);
    }

    private static int[] order(int rank, int axis) {
        int[] order = new int[rank];
        for (int i = 0; i < rank - 2; i++) {
            order[i] = i < axis ? i : i + 1;
        }
        order[rank - 2] = axis;
        order[rank - 1] = rank - 1;
        return order;
    }

    /**
     * The transform of each line.
     *
     * @param x {@code [..., n, c]}, c 1 for real and 2 for complex numbers
     * @param length of the transform; lines are cut or taken to go on with zeros
     * @return {@code [..., bins, 2]}, or {@code [..., length, 1]} for the inverse of one side
     */
    private static Value transform(Formula f, Value x, long length, boolean inverse, boolean oneSided) {
        int rank = x.rank();
        Dim parts = x.dim(rank - 1);
        boolean real = inverse && oneSided;
        long bins = oneSided ? length / 2 + 1 : length;
        long taken = Math.min(x.dim(rank - 2).constant(), real ? bins : length);
        if (length < 1 || !parts.is(1) && !parts.is(2) || real && parts.is(1)) {
            throw f.node().misfit("a transform of length " + length + " of " + x.type());
        }
        int rows = Math.toIntExact(taken * parts.constant());
        int columns = Math.toIntExact(real ? length : 2 * bins);
        if ((long) rows * columns > LARGEST) {
            throw f.node().unsupported("a transform of length " + length + ", whose matrix has " + rows + " x "
                    + columns + " elements");
        }
        double[] matrix = new double[rows * columns];
        for (int row = 0; row < rows; row++) {
            long t = row / parts.constant();
            boolean imaginary = row % parts.constant() == 1;
            for (int column = 0; column < columns; column++) {
                long k = real ? column : column / 2;
                double angle = (inverse ? 2 : -2) * Math.PI * (t * k % length) / length;
                boolean sine = imaginary == (real || column % 2 == 0);
                double value = sine ? Math.sin(angle) : Math.cos(angle);
                // i · i = -1, in the real part of the result
                double sign = imaginary && (real || column % 2 == 0) ? -1 : 1;
                // the side that is not there mirrors the one that is
                double mirrored = real && t != 0 && 2 * t != length ? 2 : 1;
                matrix[row * columns + column] = sign * mirrored * value / (inverse ? length : 1);
            }
        }
        List<Dim> flat = new ArrayList<>(x.shape().subList(0, rank - 2));
        List<Dim> shape = new ArrayList<>(flat);
        Value cut = f.node().add(Slice.along(rank - 2, Dim.ZERO, Dim.of(taken), x.shape()), x);
        flat.add(Dim.of(rows));
        Value wide = f.wide(f.reshape(cut, flat));
        Value weights = f.node().constant(Literal.of(wide.type().type(), matrix, rows, columns));
        shape.add(Dim.of(real ? length : bins));
        shape.add(Dim.of(real ? 1 : 2));
        // a line may be all there is: products have rows
        Value table = wide.rank() > 1 ? wide : f.reshape(wide, List.of(Dim.ONE, Dim.of(rows)));
        return f.cast(f.reshape(f.node().add(MatMul.PLAIN, table, weights), shape), x.type().type());
    }

    /** Frames of {@code signal[B, T, c]}, {@code frame_step} apart, windowed and transformed. */
    private static void stft(OnnxNode node) {
        Formula f = new Formula(node);
        Value signals = node.in(0);
        // real numbers may come without an axis for their one part
        Value x = signals.rank() == 2
                ? f.reshape(signals, List.of(signals.dim(0), signals.dim(1), Dim.ONE))
                : signals;
        boolean oneSided = node.flag("onesided", true);
        if (x.rank() != 3 || !x.dim(1).isConstant()) {
            throw node.unsupported("the signal is " + x.type()
                    + "; expected [batch, length] or [batch, length, 1 or 2], length a number");
        }
        long step = node.longs(1)[0];
        Value window = node.inOrNull(2);
        Dim windowed = window == null ? x.dim(1) : window.type().size();
        if (!node.has(3) && !windowed.isConstant()) {
            throw node.unsupported("a window of " + windowed + "; its length must be a number");
        }
        long length = node.has(3) ? node.longs(3)[0] : windowed.constant();
        long signal = x.dim(1).constant();
        if (step < 1 || length < 1 || length > signal || window != null && !windowed.is(length)) {
            throw node.misfit("frames of " + length + ", " + step + " apart, of " + x.type());
        }
        int frames = Math.toIntExact(1 + (signal - length) / step);
        if (frames * length > LARGEST) {
            throw node.unsupported(frames + " frames of " + length);
        }
        long[] positions = new long[Math.toIntExact(frames * length)];
        Arrays.setAll(positions, i -> i / length * step + i % length);
        Value indices = node.constant(Literal.of(positions, frames, (int) length));
        Value framed = node.add(new Gather(1), x, indices); // [B, frames, length, c]
        if (window != null) {
            framed = f.times(framed, f.along(window, 2, 4));
        }
        node.out(transform(f, framed, length, false, oneSided));
    }
}
