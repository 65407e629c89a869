package dev.lanewise.compiler.data;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's array files, versions 1 to 3: a magic number, a header that is a Python dictionary, the
 * elements. Either byte order and either order of axes is read; little-endian row-major is written.
 */
public final class NpyFile {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 16;
    /** NumPy aligns the elements so that files can be mapped. */
    private static final int ALIGNMENT = 64;

    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,L]*)\\)");

    private NpyFile() {}

    /**
     * Reads a file.
     *
     * @throws FormatException where it is damaged, or holds elements that no tensor has
     */
    public static Literal read(Path file) throws IOException {
        return read(file.toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    /** Reads a file's bytes; {@code name} is what messages call it. */
    public static Literal read(String name, ByteBuffer bytes) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (in.remaining() < MAGIC.length + 4 || !Arrays.equals(MAGIC, get(in, magic))) {
            throw new FormatException(name, "", "not a NumPy array file (.npy)");
        }
        int version = in.get();
        in.get(); // minor version, always 0
        if (version < 1 || version > 3 || version > 1 && in.remaining() < 4) {
            throw new FormatException(name, "", "a NumPy file of version " + version + "; 1 to 3 are known");
        }
        long length = version == 1 ? in.getShort() & 0xffff : in.getInt() & 0xffffffffL;
        if (length > LONGEST_HEADER || length > in.remaining()) {
            throw new FormatException(name, "header",
                    length + " bytes long, " + in.remaining() + " are left in the file");
        }
        String header = new String(get(in, new byte[(int) length]), StandardCharsets.ISO_8859_1);
        Matcher descr = find(name, DESCR, header, "descr");
        boolean columns = find(name, ORDER, header, "fortran_order").group(1).equals("True");
        int[] shape = shape(name, find(name, SHAPE, header, "shape").group(1));
        DType type = type(name, descr.group(2), descr.group(3));
        long needed;
        try {
            needed = (long) Literal.size(shape) * type.bytes();
        } catch (ArithmeticException e) {
            throw new FormatException(name, "shape", Arrays.toString(shape) + " is too large", e);
        }
        if (needed != in.remaining()) {
            throw new FormatException(name, "shape", Arrays.toString(shape) + " of " + type
                    + " does not fit the " + in.remaining() + " bytes behind the header");
        }
        Literal values = Literal.decode(type, littleEndian(in, descr.group(1).equals(">"), type.bytes()), shape);
        return columns ? toRows(values) : values;
    }

    private static byte[] get(ByteBuffer in, byte[] into) {
        in.get(into);
        return into;
    }

    private static Matcher find(String name, Pattern pattern, String header, String key) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new FormatException(name, "header", "no '" + key + "' that makes sense in " + header.strip());
        }
        return matcher;
    }

    private static int[] shape(String name, String text) {
        String[] parts = text.isBlank() ? new String[0] : text.replace("L", "").strip().split("\\s*,\\s*");
        if (parts.length > Limits.RANK) {
            throw new FormatException(name, "shape", "rank " + parts.length + " is above " + Limits.RANK);
        }
        try {
            return Arrays.stream(parts).mapToInt(part -> Integer.parseInt(part.strip())).toArray();
        } catch (NumberFormatException e) {
            throw new FormatException(name, "shape", "(" + text + ") is no shape");
        }
    }

    private static DType type(String name, String kind, String bytes) {
        return switch (kind + bytes) {
            case "f4" -> DType.F32;
            case "f8" -> DType.F64;
            case "f2" -> DType.F16;
            case "i1" -> DType.I8;
            case "i2" -> DType.I16;
            case "i4" -> DType.I32;
            case "i8" -> DType.I64;
            case "u1" -> DType.U8;
            case "u2" -> DType.U16;
            case "u4" -> DType.U32;
            case "u8" -> DType.U64;
            case "b1" -> DType.BOOL;
            default -> throw new FormatException(name, "descr", "elements of type " + kind + bytes
                    + " are not supported; convert the array with astype");
        };
    }

    private static ByteBuffer littleEndian(ByteBuffer in, boolean swap, int width) {
        if (!swap || width == 1) {
            return in;
        }
        byte[] bytes = get(in, new byte[in.remaining()]);
        for (int at = 0; at < bytes.length; at += width) {
            for (int i = 0; i < width / 2; i++) {
                byte low = bytes[at + i];
                bytes[at + i] = bytes[at + width - 1 - i];
                bytes[at + width - 1 - i] = low;
            }
        }
        return ByteBuffer.wrap(bytes);
    }

    /** First axis fastest to last axis fastest. */
    private static Literal toRows(Literal values) {
        int[] shape = values.shape();
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return values.select(i -> {
            int rest = i;
            int at = 0;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                at += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }
            return at;
        }, shape);
    }

    /**
     * The bytes of a file.
     *
     * @param elements little-endian, row-major
     */
    public static byte[] write(DType type, int[] shape, byte[] elements) {
        String descr = switch (type) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case F16 -> "<f2";
            case BF16 -> "<f4"; // NumPy has none: widened, which loses nothing
            case I8, I4 -> "|i1";
            case I16 -> "<i2";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8, U4 -> "|u1";
            case U16 -> "<u2";
            case U32 -> "<u4";
            case U64 -> "<u8";
            case BOOL -> "|b1";
        };
        StringBuilder header = new StringBuilder("{'descr': '").append(descr)
                .append("', 'fortran_order': False, 'shape': (");
        for (int extent : shape) {
            header.append(extent).append(", ");
        }
        header.append("), }");
        int before = MAGIC.length + 4;
        while ((before + header.length() + 1) % ALIGNMENT != 0) {
            header.append(' ');
        }
        header.append('\n');
        byte[] body = type == DType.BF16 ? widen(elements) : elements;
        ByteBuffer out = ByteBuffer.allocate(before + header.length() + body.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        out.put(header.toString().getBytes(StandardCharsets.ISO_8859_1)).put(body);
        return out.array();
    }

    private static byte[] widen(byte[] halves) {
        byte[] wide = new byte[2 * halves.length];
        for (int i = 0; i < halves.length; i += 2) {
            wide[2 * i + 2] = halves[i];
            wide[2 * i + 3] = halves[i + 1];
        }
        return wide;
    }
}
