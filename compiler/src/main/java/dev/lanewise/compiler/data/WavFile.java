package dev.lanewise.compiler.data;

import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Uncompressed recordings: PCM of 8, 16, 24 or 32 bits, or 32-bit floats. Several channels are mixed
 * to one, as networks of speech expect.
 *
 * @param rate samples per second
 * @param samples in -1 to 1
 */
public record WavFile(int rate, float[] samples) {

    private static final int PCM = 1;
    private static final int FLOAT = 3;
    private static final int EXTENSIBLE = 0xfffe;

    /**
     * Reads a file.
     *
     * @throws FormatException where it is damaged, or compressed
     */
    public static WavFile read(Path file) throws IOException {
        return read(file.toString(), Files.readAllBytes(file));
    }

    /** Reads a file's bytes; {@code name} is what messages call it. */
    public static WavFile read(String name, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 12 || in.getInt(0) != tag("RIFF") || in.getInt(8) != tag("WAVE")) {
            throw new FormatException(name, "", "not a WAV recording");
        }
        ByteBuffer format = null;
        int at = 12;
        while (bytes.length - at >= 8) {
            int tag = in.getInt(at);
            long stated = in.getInt(at + 4) & 0xffffffffL;
            at += 8;
            // recorders that were cut off leave the length of the last chunk unset
            int length = (int) Math.min(stated, bytes.length - at);
            ByteBuffer chunk = in.slice(at, length).order(ByteOrder.LITTLE_ENDIAN);
            if (tag == tag("fmt ")) {
                format = chunk;
            } else if (tag == tag("data")) {
                return decode(name, format, chunk);
            }
            at += Math.min(bytes.length - at, length + (length & 1));
        }
        throw new FormatException(name, "data", "the recording has no samples");
    }

    private static int tag(String text) {
        return text.charAt(0) | text.charAt(1) << 8 | text.charAt(2) << 16 | text.charAt(3) << 24;
    }

    private static WavFile decode(String name, ByteBuffer format, ByteBuffer data) {
        if (format == null || format.remaining() < 16) {
            throw new FormatException(name, "fmt", "the recording does not say how it is encoded");
        }
        int encoding = format.getShort(0) & 0xffff;
        if (encoding == EXTENSIBLE && format.remaining() >= 26) {
            encoding = format.getShort(24) & 0xffff;
        }
        int channels = format.getShort(2) & 0xffff;
        int rate = format.getInt(4);
        int bits = format.getShort(14) & 0xffff;
        boolean known = encoding == PCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32)
                || encoding == FLOAT && bits == 32;
        if (!known || channels == 0 || rate <= 0) {
            throw new FormatException(name, "fmt", "encoding " + encoding + " with " + bits + " bits, " + channels
                    + " channels and " + rate + " samples per second is not supported; save it as 16-bit PCM");
        }
        int width = bits / 8;
        float[] samples = new float[data.remaining() / (width * channels)];
        for (int i = 0; i < samples.length; i++) {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++) {
                sum += sample(data, (i * channels + channel) * width, encoding, width);
            }
            samples[i] = (float) (sum / channels);
        }
        return new WavFile(rate, samples);
    }

    private static double sample(ByteBuffer data, int at, int encoding, int width) {
        return switch (width) {
            case 1 -> ((data.get(at) & 0xff) - 128) / 128.0;
            case 2 -> data.getShort(at) / 32_768.0;
            case 3 -> ((data.get(at) & 0xff) | (data.getShort(at + 1) << 8)) / 8_388_608.0;
            default -> encoding == FLOAT ? data.getFloat(at) : data.getInt(at) / 2_147_483_648.0;
        };
    }
}
