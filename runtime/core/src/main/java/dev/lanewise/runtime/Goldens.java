package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.formats.proto.GoldenOutputProto;
import dev.lanewise.formats.proto.GoldenProto;
import dev.lanewise.runtime.plan.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Golden vectors: inputs, and what the compiler's machine computed from them. Since every provider
 * gives the same bits on every machine, digests are compared, and samples only explain a difference.
 */
public final class Goldens {

    private Goldens() {}

    /**
     * Replays all golden vectors of a model, each from a fresh state.
     *
     * @throws FormatException naming the first output that differs
     */
    public static void verify(Model model) {
        Session session = model.newSession();
        for (int i = 0; i < model.file().message().getGoldensCount(); i++) {
            GoldenProto golden = model.file().message().getGoldens(i);
            session.bind(model.newState());
            String field = "goldens[" + i + "]";
            if (golden.getInputsCount() != session.inputs().size()
                    || golden.getOutputsCount() != session.outputs().size()) {
                throw new FormatException(model.name(), field, "does not have the model's inputs and outputs");
            }
            for (int p = 0; p < golden.getInputsCount(); p++) {
                fill(session.inputs().get(p), golden.getInputs(p));
            }
            session.run();
            for (int p = 0; p < golden.getOutputsCount(); p++) {
                compare(model, field, session.outputs().get(p), golden.getOutputs(p));
            }
        }
    }

    /** Sets an input as a golden vector says. */
    public static void fill(Tensor tensor, GoldenInputProto golden) {
        int[] shape = golden.getExtentsList().stream().mapToInt(extent -> extent).toArray();
        tensor.setShape(shape);
        if (!golden.getData().isEmpty()) {
            Elements.decode(tensor, golden.getData().asReadOnlyByteBuffer());
        } else {
            generate(tensor, golden.getSeed(), golden.getLimit());
        }
    }

    /** Splitmix64 (Steele, Lea, Flood 2014): the next state and its output are a few lines anywhere. */
    private static void generate(Tensor tensor, long seed, int limit) {
        long state = seed;
        Buffer buffer = tensor.operand().buffer;
        for (int i = 0; i < tensor.size(); i++) {
            state += 0x9e3779b97f4a7c15L;
            long z = state;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            z ^= z >>> 31;
            int at = tensor.offset() + i;
            if (tensor.type().isFloating()) {
                Elements.set(buffer, tensor.type(), at, (z >> 40) * 0x1p-23);
            } else {
                Elements.set(buffer, tensor.type(), at, (z >>> 1) % Math.max(1, Integer.toUnsignedLong(limit)));
            }
        }
    }

    private static void compare(Model model, String field, Tensor tensor, GoldenOutputProto golden) {
        int[] shape = golden.getExtentsList().stream().mapToInt(extent -> extent).toArray();
        if (!java.util.Arrays.equals(shape, tensor.shape())) {
            throw new FormatException(model.name(), field, "output " + tensor + " should have the shape "
                    + java.util.Arrays.toString(shape));
        }
        if (digest(tensor) == golden.getDigest()) {
            return;
        }
        double largest = 0;
        int samples = tensor.size() == 0 ? 0 : golden.getSamplesCount();
        for (int s = 0; s < samples; s++) {
            double found = Elements.get(tensor, samplePosition(s, samples, tensor.size()));
            largest = Math.max(largest, Math.abs(found - golden.getSamples(s)));
        }
        throw new FormatException(model.name(), field, "output '" + tensor.name()
                + "' is not what the compiler computed; the largest difference among " + samples
                + " samples is " + largest);
    }

    /** Position of sample {@code s} of {@code samples} among {@code size} elements. */
    public static int samplePosition(int s, int samples, int size) {
        return (int) ((long) s * size / samples);
    }

    /**
     * The first 8 bytes of SHA-256 over a tensor's elements. All NaNs count as one: which of two NaNs a sum has, and
     * which sign one that comes of numbers, is up to the processor and to the order that a JIT gives operands.
     */
    public static long digest(Tensor tensor) {
        try {
            byte[] elements = withOneNan(tensor.type(), Elements.encode(tensor));
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(elements);
            return ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Elements as bytes, every NaN among them the one that Java writes as such. */
    private static byte[] withOneNan(DType type, byte[] elements) {
        ByteBuffer bytes = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < elements.length && type.isFloating(); at += type.bytes()) {
            switch (type) {
                case F64 -> bytes.putDouble(at, canonical(bytes.getDouble(at)));
                case F32 -> bytes.putFloat(at, canonical(bytes.getFloat(at)));
                case F16 -> bytes.putShort(at, Floats16.toF16(canonical(Floats16.fromF16(bytes.getShort(at)))));
                default -> bytes.putShort(at, Floats16.toBf16(canonical(Floats16.fromBf16(bytes.getShort(at)))));
            }
        }
        return elements;
    }

    private static double canonical(double x) {
        return Double.isNaN(x) ? Double.NaN : x;
    }

    private static float canonical(float x) {
        return Float.isNaN(x) ? Float.NaN : x;
    }
}
