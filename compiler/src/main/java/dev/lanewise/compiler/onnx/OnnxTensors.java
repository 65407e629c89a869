package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.SparseTensorProto;
import dev.lanewise.compiler.onnx.proto.StringStringEntryProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.UnsupportedOpException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Reads ONNX tensors, inline or from files beside the model. */
public final class OnnxTensors {

    private static final long LARGEST = Integer.MAX_VALUE - 64;

    /** A sparse tensor is made dense; its file need not be as long as that. */
    private static final int MOST_SPARSE = 1 << 22;

    private final String file;
    private final Path folder;

    /**
     * @param file what messages call the model
     * @param folder the model's own folder, or {@code null} where it may have no external data
     */
    public OnnxTensors(String file, Path folder) {
        this.file = file;
        this.folder = folder;
    }

    /** The element type of an ONNX number, or {@code null} for those not supported. */
    public static DType type(int number) {
        return switch (number) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 4 -> DType.U16;
            case 5 -> DType.I16;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 12 -> DType.U32;
            case 13 -> DType.U64;
            case 16 -> DType.BF16;
            case 21 -> DType.U4;
            case 22 -> DType.I4;
            default -> null;
        };
    }

    /** ONNX's number of an element type. */
    public static int number(DType type) {
        int number = 1;
        while (type(number) != type) {
            number++;
        }
        return number;
    }

    /** The name of an ONNX type number, for messages. */
    public static String typeName(int number) {
        String[] names = {
            "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16",
            "double", "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz",
            "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2"
        };
        return number >= 0 && number < names.length ? names[number] : "type " + number;
    }

    /** Why a type is not supported, for messages. */
    static String whyUnsupported(int number) {
        String name = typeName(number);
        return switch (number) {
            case 8 -> "element type string is not supported: strings are out of scope";
            case 14, 15 -> "element type " + name + " is not supported: complex numbers are out of scope";
            case 17, 18, 19, 20, 24 -> "element type " + name + " is not supported: 8-bit floats are out of scope";
            case 23 -> "element type " + name + " is not supported: 4-bit floats are out of scope";
            case 25, 26 -> "element type " + name + " is not supported: 2-bit types are out of scope";
            default -> "element type " + name + " is not supported";
        };
    }

    /**
     * Reads a tensor.
     *
     * @throws FormatException where its data does not match its shape
     * @throws UnsupportedOpException where its type is not supported
     */
    public Literal read(TensorProto tensor) {
        DType type = type(tensor.getDataType());
        if (type == null) {
            throw new UnsupportedOpException(tensor.getName(), "tensor", whyUnsupported(tensor.getDataType()));
        }
        int[] shape = shape(tensor, type);
        int size = Literal.size(shape);
        long bytes = type.bits() == 4 ? (size + 1L) / 2 : (long) size * type.bytes();
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return decode(type, external(tensor, bytes), shape);
        }
        if (!tensor.getRawData().isEmpty() || size == 0) {
            if (tensor.getRawData().size() != bytes) {
                throw bad(tensor, tensor.getRawData().size() + " bytes of data for " + type + Arrays.toString(shape));
            }
            return decode(type, tensor.getRawData().asReadOnlyByteBuffer(), shape);
        }
        return typed(tensor, type, shape, size);
    }

    /** Little-endian elements; those of four bits two in a byte, the first in its lower half. */
    private static Literal decode(DType type, ByteBuffer bytes, int[] shape) {
        if (type.bits() != 4) {
            return Literal.decode(type, bytes, shape);
        }
        long[] values = new long[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(bytes.position() + i / 2) >> 4 * (i & 1);
        }
        return Literal.of(type, values, shape);
    }

    private int[] shape(TensorProto tensor, DType type) {
        if (tensor.getDimsCount() > dev.lanewise.formats.Limits.RANK) {
            throw bad(tensor, "rank " + tensor.getDimsCount());
        }
        int[] shape = new int[tensor.getDimsCount()];
        long bytes = type.bytes();
        boolean empty = tensor.getDimsList().contains(0L);
        for (int axis = 0; axis < shape.length; axis++) {
            long extent = tensor.getDims(axis);
            if (extent < 0 || extent > LARGEST || !empty && (bytes *= extent) > LARGEST) {
                throw bad(tensor, "shape " + tensor.getDimsList() + " is too large or below zero");
            }
            shape[axis] = (int) extent;
        }
        return shape;
    }

    private Literal typed(TensorProto tensor, DType type, int[] shape, int size) {
        return switch (type) {
            case F32 -> {
                requireCount(tensor, tensor.getFloatDataCount(), size);
                float[] values = new float[size];
                for (int i = 0; i < size; i++) {
                    values[i] = tensor.getFloatData(i);
                }
                yield Literal.of(values, shape);
            }
            case F64 -> {
                requireCount(tensor, tensor.getDoubleDataCount(), size);
                yield Literal.of(type, doubles(tensor.getDoubleDataList()), shape);
            }
            case I64 -> {
                requireCount(tensor, tensor.getInt64DataCount(), size);
                yield Literal.of(type, longs(tensor.getInt64DataList()), shape);
            }
            case U32, U64 -> {
                requireCount(tensor, tensor.getUint64DataCount(), size);
                yield Literal.of(type, longs(tensor.getUint64DataList()), shape);
            }
            case F16, BF16 -> {
                requireCount(tensor, tensor.getInt32DataCount(), size);
                ByteBuffer bits = ByteBuffer.allocate(2 * size).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                tensor.getInt32DataList().forEach(value -> bits.putShort(value.shortValue()));
                yield Literal.decode(type, bits.flip(), shape);
            }
            case I4, U4 -> {
                requireCount(tensor, tensor.getInt32DataCount(), (size + 1) / 2);
                ByteBuffer pairs = ByteBuffer.allocate(tensor.getInt32DataCount());
                tensor.getInt32DataList().forEach(pair -> pairs.put(pair.byteValue()));
                yield decode(type, pairs.flip(), shape);
            }
            default -> {
                requireCount(tensor, tensor.getInt32DataCount(), size);
                yield Literal.of(type, tensor.getInt32DataList().stream().mapToLong(v -> v).toArray(), shape);
            }
        };
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(v -> v).toArray();
    }

    private void requireCount(TensorProto tensor, int found, int expected) {
        if (found != expected) {
            throw bad(tensor, found + " elements of data for the shape " + tensor.getDimsList());
        }
    }

    /** A tensor given by its non-zero elements. */
    Literal read(SparseTensorProto sparse) {
        Literal values = read(sparse.getValues());
        Literal indices = read(sparse.getIndices());
        int[] shape = shape(
                TensorProto.newBuilder().addAllDims(sparse.getDimsList()).setName(sparse.getValues().getName()).build(),
                values.type());
        int size = Literal.size(shape);
        if (size > MOST_SPARSE) {
            throw bad(sparse.getValues(), "a sparse tensor of " + size + " elements; at most " + MOST_SPARSE);
        }
        int[] source = new int[size];
        Arrays.fill(source, -1);
        int n = values.size();
        int rank = indices.rank() == 2 ? indices.extent(1) : 1;
        if (indices.size() != n * rank || indices.rank() == 2 && rank != shape.length) {
            throw bad(sparse.getValues(), "sparse indices " + indices.describe() + " for " + n + " values");
        }
        for (int i = 0; i < n; i++) {
            long at = 0;
            for (int axis = 0; axis < rank; axis++) {
                at = indices.rank() == 2 ? at * shape[axis] + indices.longAt(i * rank + axis) : indices.longAt(i);
            }
            if (at < 0 || at >= size) {
                throw bad(sparse.getValues(), "a sparse index outside the tensor");
            }
            source[(int) at] = i;
        }
        double[] dense = new double[size];
        for (int i = 0; i < size; i++) {
            dense[i] = source[i] < 0 ? 0 : values.doubleAt(source[i]);
        }
        return Literal.of(values.type(), dense, shape);
    }

    /** Data beside the model: only from its own folder, not through {@code ..} or a symbolic link. */
    private ByteBuffer external(TensorProto tensor, long bytes) {
        String location = "";
        long offset = 0;
        long length = bytes;
        try {
            for (StringStringEntryProto entry : tensor.getExternalDataList()) {
                switch (entry.getKey()) {
                    case "location" -> location = entry.getValue();
                    case "offset" -> offset = Long.parseLong(entry.getValue());
                    case "length" -> length = Long.parseLong(entry.getValue());
                    default -> { }
                }
            }
        } catch (NumberFormatException e) {
            throw bad(tensor, "external data with an offset or length that is no number");
        }
        if (length != bytes || offset < 0) {
            throw bad(tensor, "external data of " + length + " bytes at " + offset + "; its shape needs " + bytes);
        }
        Path data = inFolder(tensor, location);
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (offset + length > channel.size()) {
                throw bad(tensor, "external data ends at byte " + (offset + length) + " of " + location + ", which has "
                        + channel.size());
            }
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
            while (buffer.hasRemaining()
                    && channel.read(buffer, offset + buffer.position()) >= 0) {
                continue;
            }
            return buffer.flip();
        } catch (IOException e) {
            throw new FormatException(file, tensor.getName(), "external data: cannot read " + location, e);
        }
    }

    private Path inFolder(TensorProto tensor, String location) {
        if (folder == null) {
            throw bad(tensor, "has external data, and this model has no folder to find it in");
        }
        try {
            Path relative = Path.of(location);
            Path data = folder.resolve(relative).normalize();
            boolean inside = !location.isEmpty() && !relative.isAbsolute() && !location.contains("..")
                    && data.startsWith(folder.normalize());
            for (Path part = data; inside && part != null
                    && !part.equals(folder.normalize()); part = part.getParent()) {
                inside = !Files.isSymbolicLink(part);
            }
            if (!inside) {
                throw bad(tensor, "external data in '" + location + "', outside the model's own folder");
            }
            return data;
        } catch (java.nio.file.InvalidPathException e) {
            throw bad(tensor, "external data in '" + location + "', which is no path");
        }
    }

    private FormatException bad(TensorProto tensor, String problem) {
        return new FormatException(file, "tensor '" + tensor.getName() + "'", problem);
    }
}
