package dev.lanewise.runtime.train;

import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Where training stands, with all that it goes on from: weights, the optimiser's states, random draws, the position in
 * the order of examples, the best weights so far. A file is written beside the old one, forced to the disk, put into
 * its place by renaming, and the folder forced too: whenever the process or the machine stops, the old or the new
 * checkpoint is there, whole.
 *
 * <p>Big-endian: "LCKP", version, the fields in order, byte arrays with their length before them, and the CRC-32 of all
 * that. The states' bytes carry the model's fingerprint and a checksum of their own.
 *
 * @param order tells apart data sets and batchings, whose positions are not each other's
 * @param draws random tensors drawn so far
 * @param best the figure of the best weights
 * @param bestEpoch from 1; 0 where there are none
 * @param bestWeights a state of the program {@code evaluate}, or empty
 * @param train the state of the program {@code train}
 * @param update that of the program {@code update}, or empty
 */
record Checkpoint(
        long order, Position position, long draws, double best, int bestEpoch, byte[] bestWeights, byte[] train,
        byte[] update) {

    private static final int MAGIC = 0x4c434b50; // "LCKP"
    private static final int VERSION = 1;
    private static final int NUMBER_BYTES = 4 + 4 + 8 + Position.BYTES + 8 + 8 + 4;
    private static final int CRC_BYTES = 4;

    /** The file that is written before it takes the other's place. */
    private static Path unfinished(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".part");
    }

    /**
     * Writes it; see the class. A file left unfinished by a process that was killed is overwritten.
     *
     * @throws IOException where it cannot be written; then the old one is still there
     */
    void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path part = unfinished(target);
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = bytes();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(target.getParent());
    }

    /** Makes the renaming last; where folders cannot be opened, as on Windows, the file system does so in its time. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file is whole, by whichever name
        }
    }

    private ByteBuffer bytes() {
        int arrays = 3 * 4 + bestWeights.length + train.length + update.length;
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(NUMBER_BYTES + CRC_BYTES, arrays));
        out.putInt(MAGIC).putInt(VERSION);
        out.putLong(order);
        position.put(out);
        out.putLong(draws).putDouble(best).putInt(bestEpoch);
        for (byte[] array : new byte[][] {bestWeights, train, update}) {
            out.putInt(array.length).put(array);
        }
        out.putInt(crc(out.array()));
        // declared by java.nio.Buffer: Android's ByteBuffer does not have its own
        ((java.nio.Buffer) out).flip();
        return out;
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - CRC_BYTES);
        return (int) crc.getValue();
    }

    /**
     * Reads one.
     *
     * @throws FormatException where it is damaged or none
     * @throws IOException where it cannot be read
     */
    static Checkpoint read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < NUMBER_BYTES + CRC_BYTES || in.getInt() != MAGIC) {
            throw new FormatException(file.toString(), "", "this is no checkpoint");
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new FormatException(file.toString(), "version", version + "; this reader knows " + VERSION);
        }
        if (in.getInt(bytes.length - CRC_BYTES) != crc(bytes)) {
            throw new FormatException(file.toString(), "", "the checkpoint is damaged: its checksum differs");
        }
        return new Checkpoint(
                in.getLong(), Position.get(in), in.getLong(), in.getDouble(), in.getInt(), array(file, in),
                array(file, in), array(file, in));
    }

    private static byte[] array(Path file, ByteBuffer in) {
        int length = in.remaining() < 4 ? -1 : in.getInt();
        if (length < 0 || length > in.remaining() - CRC_BYTES) {
            throw new FormatException(file.toString(), "",
                    "the checkpoint is damaged: an array of " + length + " bytes");
        }
        byte[] array = new byte[length];
        in.get(array);
        return array;
    }
}
