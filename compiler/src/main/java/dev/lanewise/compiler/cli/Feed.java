package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Feeds one input with values from a file: whole, or cut along one axis into chunks of the input's
 * extent. The last chunk of an input of fixed extent is filled up with zeros.
 */
final class Feed {

    private final Tensor input;
    private final Literal values;
    /** Where the values come from. */
    private final Path file;
    /** The axis that is cut, or -1. */
    private final int axis;
    private final int chunk;
    private final int overlap;
    private final boolean fixed;

    private Feed(Tensor input, Literal values, Path file, int axis, int chunk, int overlap, boolean fixed) {
        this.input = input;
        this.values = values;
        this.file = file;
        this.axis = axis;
        this.chunk = chunk;
        this.overlap = overlap;
        this.fixed = fixed;
    }

    /** Fits values to an input; a vector is taken for a matrix of one row where the input is one. */
    static Feed of(Session session, Tensor input, DataFile given, boolean cut, int overlap) {
        Literal values = convert(input, given);
        int[] shape = align(values.shape(), input.rank());
        if (shape == null) {
            throw new Failure(given.file() + ": has " + values.describe() + "; input '" + input.name() + "' takes "
                    + input);
        }
        values = values.reshape(shape);
        int[] most = largest(session, input);
        for (int axis = 0; cut && axis < shape.length; axis++) {
            if (shape[axis] > most[axis]) {
                if (overlap >= most[axis]) {
                    throw new Failure("--overlap " + overlap + " leaves nothing new in chunks of " + most[axis]);
                }
                return new Feed(input, values, given.file(), axis, most[axis], overlap, isFixed(session, input, axis));
            }
        }
        return new Feed(input, values, given.file(), -1, 0, 0, true);
    }

    private static Literal convert(Tensor input, DataFile given) {
        Literal raw = given.values();
        DType type = input.type();
        if (type == raw.type()) {
            return raw;
        }
        if (!type.isFloating() && !raw.type().isFloating()) {
            return Literal.of(type, raw.toLongs(), raw.shape());
        }
        Literal converted = Literal.of(type, raw.toDoubles(), raw.shape());
        for (int i = 0; !type.isFloating() && i < raw.size(); i++) {
            if (converted.doubleAt(i) != raw.doubleAt(i)) {
                throw new Failure(given.file() + ": has " + raw.doubleAt(i) + "; input '" + input.name() + "' takes "
                        + type);
            }
        }
        return converted;
    }

    /** The shape with as many axes as wanted, by axes of 1 in front; {@code null} where there are too many. */
    private static int[] align(int[] shape, int rank) {
        int surplus = shape.length - rank;
        for (int axis = 0; axis < surplus; axis++) {
            if (shape[axis] != 1) {
                return null;
            }
        }
        int[] aligned = new int[rank];
        Arrays.fill(aligned, 1);
        int n = Math.min(rank, shape.length);
        System.arraycopy(shape, shape.length - n, aligned, rank - n, n);
        return aligned;
    }

    private static List<Integer> dims(Session session, Tensor input) {
        var message = session.model().file().message();
        for (PortProto port : message.getPrograms(0).getInputsList()) {
            if (port.getName().equals(input.name())) {
                TensorProto tensor = message.getTensors(port.getTensor());
                return tensor.getDimsList();
            }
        }
        throw new IllegalStateException(input.name());
    }

    private static boolean isFixed(Session session, Tensor input, int axis) {
        return session.model().file().message().getDims(dims(session, input).get(axis)).hasNumber();
    }

    private static int[] largest(Session session, Tensor input) {
        return dims(session, input).stream().mapToInt(id -> {
            DimProto dim = session.model().file().message().getDims(id);
            return dim.hasSymbol() ? dim.getSymbol().getMax() : dim.hasNumber() ? dim.getNumber() : Integer.MAX_VALUE;
        }).toArray();
    }

    /** How many chunks there are. */
    int steps() {
        int fresh = chunk - overlap;
        return axis < 0 ? 1 : (values.extent(axis) + fresh - 1) / fresh;
    }

    /** Sets the input's shape for a step. */
    void shape(int step) {
        int[] shape = values.shape();
        if (axis >= 0) {
            int left = values.extent(axis) - step * (chunk - overlap);
            shape[axis] = fixed ? chunk : Math.min(chunk, overlap + left);
        }
        try {
            input.setShape(shape);
        } catch (ShapeException e) {
            throw new ShapeException(file + ": " + e.getMessage(), e);
        }
    }

    /** Sets the input's elements for a step. */
    void fill(int step) {
        if (axis < 0) {
            Elements.decode(input, ByteBuffer.wrap(values.encode()));
            return;
        }
        int inner = 1;
        for (int a = axis + 1; a < values.rank(); a++) {
            inner *= values.extent(a);
        }
        int extent = input.extent(axis);
        int begin = step * (chunk - overlap) - overlap;
        int rowOfSource = values.extent(axis) * inner;
        for (int i = 0; i < input.size(); i++) {
            int along = begin + i / inner % extent;
            boolean known = along >= 0 && along < values.extent(axis);
            int source = i / inner / extent * rowOfSource + along * inner + i % inner;
            Elements.set(input, i, known ? values.doubleAt(source) : 0);
        }
    }
}
