package dev.lanewise.formats;

import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.formats.proto.WireException;
import dev.lanewise.formats.proto.WireReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;

/**
 * A {@code .lane} file in memory: its message and its weights. Immutable.
 *
 * <p>Reading checks the version, the checksums and that the file is one message; whether its ids,
 * extents and offsets make sense is for the loader of the runtime to judge, which knows their
 * meaning.
 */
public final class ModelFile {

    private final String name;
    private final ModelProto message;

    private ModelFile(String name, ModelProto message) {
        this.name = name;
        this.message = message;
    }

    /**
     * Reads and checks a file.
     *
     * @throws FormatException where it is no model file that this version can read
     * @throws IOException where it cannot be read at all
     */
    public static ModelFile read(Path file) throws IOException {
        long size;
        try {
            size = Files.size(file);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(file.toString(), null, "no such model file");
        }
        if (size > Integer.MAX_VALUE - 64) {
            throw new FormatException(file.toString(), "", size + " bytes; model files end at 2 GiB");
        }
        return read(file.toString(), Files.readAllBytes(file));
    }

    /**
     * Checks a file's bytes; keeps a reference to them, so that they must not change afterwards.
     *
     * @param name what messages call the file
     * @throws FormatException where they are no model file that this version can read
     */
    public static ModelFile read(String name, byte[] bytes) {
        ModelProto message;
        int structure;
        try {
            message = ModelProto.parseFrom(bytes);
            structure = structureCrc(bytes);
        } catch (WireException e) {
            throw new FormatException(
                    name, "", "not a .lane model file, or damaged near byte " + e.at() + " of " + bytes.length + " ("
                            + e.getMessage() + ")", e);
        }
        if (message.getVersion() == 0) {
            throw new FormatException(name, "version", "missing: this is not a .lane model file");
        }
        if (message.getMinReader() > Limits.VERSION) {
            throw new FormatException(
                    name, "min_reader",
                    "the file needs a reader of format version " + message.getMinReader()
                            + ", this one implements version " + Limits.VERSION
                            + "; update Lanewise, or compile the model with the version in use");
        }
        if (!message.hasArena() || !message.hasState()) {
            throw new FormatException(name, message.hasArena() ? "state" : "arena", "missing: the file is damaged");
        }
        checkCrc(name, "weights_crc", message.getWeightsCrc(), crc(message.getWeights().asReadOnlyByteBuffer()));
        checkCrc(name, "structure_crc", message.getStructureCrc(), structure);
        return new ModelFile(name, message);
    }

    /** Of the structure's fields as they stand in the file, which spares a start from writing them anew. */
    private static int structureCrc(byte[] bytes) throws WireException {
        CRC32 crc = new CRC32();
        WireReader in = new WireReader(bytes);
        int from = 0;
        for (int tag = in.tag(); tag != 0; tag = in.tag()) {
            in.skip(tag);
            int field = tag >>> 3;
            if (field >= ModelProto.DIMS_FIELD_NUMBER && field <= ModelProto.STATE_FIELD_NUMBER) {
                crc.update(bytes, from, in.at() - from);
            }
            from = in.at();
        }
        return (int) crc.getValue();
    }

    private static void checkCrc(String name, String field, int stated, int found) {
        if (stated != found) {
            throw new FormatException(
                    name, field, "the file is damaged: its checksum says " + Integer.toHexString(stated)
                            + ", its content gives " + Integer.toHexString(found));
        }
    }

    /** What messages call the file. */
    public String name() {
        return name;
    }

    /** The whole message; unvalidated beyond what {@link #read(String, byte[])} says. */
    public ModelProto message() {
        return message;
    }

    /** All weights, little-endian, read-only. */
    public ByteBuffer weights() {
        return message.getWeights().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Completes a message (version, checksums, fingerprint, alignment) and gives its file.
     *
     * @param message everything but those fields
     */
    public static ModelFile complete(String name, ModelProto message) {
        ModelProto.Builder whole =
                message.toBuilder()
                        .setArena(message.getArena()) // present, though nothing be in it
                        .setState(message.getState())
                        .setVersion(Limits.VERSION)
                        .setMinReader(minReader(message))
                        .setWeightsCrc(crc(message.getWeights().asReadOnlyByteBuffer()))
                        .setStructureCrc(crc(ByteBuffer.wrap(structure(message))))
                        .setFingerprint(fingerprint(message))
                        .clearPadding();
        return new ModelFile(name, align(whole).build());
    }

    /**
     * A file that stays in memory, made from another one's content: without checksums and fingerprint, which nobody
     * asks for.
     */
    public static ModelFile derived(String name, ModelProto message) {
        return new ModelFile(name, message);
    }

    /** 2 where weights are stored in a form that version 1 does not know. */
    private static int minReader(ModelProto message) {
        for (TensorProto tensor : message.getTensorsList()) {
            if (tensor.getStoredValue() != 0) {
                return 2;
            }
        }
        return 1;
    }

    /** Sets the padding that puts the first byte of the weights at a multiple of 64. */
    private static ModelProto.Builder align(ModelProto.Builder message) {
        int weights = message.getWeights().size();
        if (weights == 0) {
            return message;
        }
        long beforeWeights = message.build().getSerializedSize() - weights;
        int missing = (int) -beforeWeights & Limits.WEIGHT_ALIGNMENT - 1;
        if (missing == 0) {
            return message;
        }
        // tag and length of the padding field take two bytes themselves, and an empty field is not written
        int zeros = missing > 2 ? missing - 2 : missing - 2 + Limits.WEIGHT_ALIGNMENT;
        return message.setPadding(Bytes.copyOf(new byte[zeros]));
    }

    /** The file's bytes. */
    public byte[] toBytes() {
        return message.toByteArray();
    }

    /**
     * Writes the file whole or not at all: to a neighbour first, which then takes its place.
     *
     * @throws IOException where it cannot be written; then nothing of it remains
     */
    public void write(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path unfinished = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".part");
        try {
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                message.writeTo(out);
            }
            try {
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** What the structure's checksum covers, as it is written. */
    private static byte[] structure(ModelProto message) {
        return ModelProto.newBuilder()
                .addAllDims(message.getDimsList())
                .addAllTensors(message.getTensorsList())
                .addAllPrograms(message.getProgramsList())
                .setArena(message.getArena())
                .setState(message.getState())
                .build()
                .toByteArray();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static Bytes fingerprint(ModelProto message) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(structure(message));
            sha.update(message.getWeights().asReadOnlyByteBuffer());
            return Bytes.wrap(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
