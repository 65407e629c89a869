package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Extents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * What one stream carries from call to call: hidden and cell states, caches, histories. A value of a
 * few plain arrays: no handle, nothing to close. A state may move between threads, but is used by one
 * session at a time.
 */
public final class State {

    private static final int MAGIC = 0x3154534c; // "LST1" in this order of bytes
    private static final int CRC_BYTES = 4;

    private final Model model;
    private final Buffer[] buffers;
    /** Values of the extents that the state's tensors have, by position in {@code model.stateDims()}; -1 unset. */
    private final int[] extents;
    /** The call that advanced it last, by which a batch sees that it was given a state twice. */
    private Object caller;
    private long call;

    State(Model model) {
        this.model = model;
        int[] elements = model.plan().stateElements(model.program());
        this.buffers = new Buffer[elements.length];
        for (DType.Storage storage : DType.Storage.values()) {
            buffers[storage.ordinal()] = Buffer.allocate(storage, elements[storage.ordinal()]);
        }
        this.extents = new int[model.stateDims().length];
        Arrays.fill(extents, -1);
        model.begin(buffers);
    }

    Model model() {
        return model;
    }

    Buffer buffer(DType.Storage storage) {
        return buffers[storage.ordinal()];
    }

    int[] extents() {
        return extents;
    }

    /** Whether this is the first time that the caller claims the state in its call of that number. */
    boolean claim(Object newCaller, long newCall) {
        if (caller == newCaller && call == newCall) {
            return false;
        }
        caller = newCaller;
        call = newCall;
        return true;
    }

    /** Back to the beginning of a stream: zeros, or what the model's file says. Allocates nothing. */
    public void reset() {
        for (Buffer buffer : buffers) {
            buffer.clear(0, buffer.length());
        }
        Arrays.fill(extents, -1);
        model.begin(buffers);
    }

    /**
     * Makes some of the values what they begin with, and forgets the lengths that streams were advanced with. Allocates
     * nothing.
     *
     * @param names of {@link Model#stateNames}
     */
    public void reset(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            model.begin(names.get(i), buffers);
        }
        Arrays.fill(extents, -1);
    }

    /**
     * Takes over the values that a state of another program of the same file has under the same names. Allocates
     * nothing.
     *
     * @throws FormatException where it is of another file
     */
    public void takeShared(State other) {
        if (!model.hasFingerprint(other.model.fingerprintBytes())) {
            throw new FormatException(model.name(), "", "the state belongs to another model");
        }
        List<String> names = other.model.stateNames();
        for (int i = 0; i < names.size(); i++) {
            if (model.stateNames().contains(names.get(i))) {
                take(names.get(i), other, names.get(i));
            }
        }
    }

    /** Takes over one value from another that has its type and size. Allocates nothing. */
    public void take(String name, State other, String otherName) {
        int to = model.stateTensor(name);
        int from = other.model.stateTensor(otherName);
        int n = model.plan().capacity(to);
        DType.Storage storage = model.plan().type(to).storage();
        if (other.model.plan().type(from).storage() != storage || other.model.plan().capacity(from) != n) {
            throw new FormatException(model.name(), name, "the values '" + name + "' and '" + otherName + "' differ");
        }
        other.buffer(storage).copy(other.model.plan().offset(from), buffer(storage), model.plan().offset(to), n);
    }

    /**
     * Copies the elements of one value, f32, out of the state. Allocates nothing.
     *
     * @param name one of {@link Model#stateNames}
     * @param into [elements of the value at its bounds]
     */
    public void read(String name, float[] into) {
        int tensor = model.stateTensor(name);
        System.arraycopy(floats(tensor), model.plan().offset(tensor), into, 0, elements(tensor, into));
    }

    /** Copies the elements of one value, f32, into the state; see {@link #read}. */
    public void write(String name, float[] from) {
        int tensor = model.stateTensor(name);
        System.arraycopy(from, 0, floats(tensor), model.plan().offset(tensor), elements(tensor, from));
    }

    /** The first of some f32 values that has an element that is not finite, or {@code null}. Allocates nothing. */
    public String firstNonFinite(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            int tensor = model.stateTensor(names.get(i));
            float[] values = floats(tensor);
            int from = model.plan().offset(tensor);
            float nothing = 0;
            for (int e = from; e < from + model.plan().capacity(tensor); e++) {
                nothing += values[e] - values[e];
            }
            if (nothing != 0) { // a NaN
                return names.get(i);
            }
        }
        return null;
    }

    /** How many elements a value has at its bounds. */
    public int elements(String name) {
        return model.plan().capacity(model.stateTensor(name));
    }

    private float[] floats(int tensor) {
        if (model.plan().type(tensor) != DType.F32) {
            throw new IllegalArgumentException("the state is " + model.plan().type(tensor) + "; expected f32");
        }
        return buffer(DType.Storage.FLOATS).floats;
    }

    private int elements(int tensor, float[] array) {
        int elements = model.plan().capacity(tensor);
        if (array.length != elements) {
            throw new IllegalArgumentException("an array of " + array.length + " elements; expected " + elements);
        }
        return elements;
    }

    /** A state of its own with the same content: a fork of the stream. */
    public State copy() {
        State copy = new State(model);
        copy.copyFrom(this);
        return copy;
    }

    /**
     * Takes over another state's content. Allocates nothing.
     *
     * @throws FormatException where it belongs to another model
     */
    public void copyFrom(State other) {
        if (!model.hasFingerprint(other.model.fingerprintBytes())) {
            throw new FormatException(model.name(), "", "the state belongs to another model");
        }
        boolean fits = other.extents.length == extents.length; // a fingerprint is only what a file says
        for (int i = 0; i < buffers.length; i++) {
            fits &= other.buffers[i].length() == buffers[i].length();
        }
        if (!fits) {
            throw new FormatException(model.name(), "", "the state belongs to another model");
        }
        for (int i = 0; i < buffers.length; i++) {
            other.buffers[i].copy(0, buffers[i], 0, buffers[i].length());
        }
        System.arraycopy(other.extents, 0, extents, 0, extents.length);
    }

    /**
     * The state as bytes that {@link Model#stateFromBytes} of the same model reads, on any machine.
     * Little-endian: "LST1", the model's fingerprint, an i32 for each extent, the elements by storage
     * (floats, doubles, longs, ints, shorts, bytes), and the CRC-32 of all that.
     *
     * @throws PlanException where they are more than an array holds
     */
    public byte[] toBytes() {
        long bytes = byteCount();
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new PlanException(model.name() + ": a state of " + bytes + " bytes is too large for an array");
        }
        ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).put(model.fingerprintBytes());
        for (int extent : extents) {
            out.putInt(extent);
        }
        for (Buffer buffer : buffers) {
            switch (buffer.storage()) {
                case FLOATS -> out.asFloatBuffer().put(buffer.floats);
                case DOUBLES -> out.asDoubleBuffer().put(buffer.doubles);
                case LONGS -> out.asLongBuffer().put(buffer.longs);
                case INTS -> out.asIntBuffer().put(buffer.ints);
                case SHORTS -> out.asShortBuffer().put(buffer.shorts);
                case BYTES -> out.duplicate().put(buffer.bytes);
            }
            skip(out, buffer);
        }
        out.putInt(crc(out.array()));
        return out.array();
    }

    /** Fills a new state from {@link #toBytes()}. */
    static State fromBytes(Model model, byte[] bytes) {
        State state = new State(model);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 4 + Model.FINGERPRINT_BYTES || in.getInt() != MAGIC) {
            throw new FormatException("state", "", "these bytes are no saved state");
        }
        byte[] fingerprint = new byte[Model.FINGERPRINT_BYTES];
        in.get(fingerprint);
        if (!model.hasFingerprint(fingerprint)) {
            throw new FormatException("state", "fingerprint", "the state belongs to another model than "
                    + model.name() + "; it cannot be carried over");
        }
        if (bytes.length != state.byteCount()) {
            throw new FormatException("state", "", bytes.length + " bytes; expected " + state.byteCount());
        }
        if (crc(bytes) != in.getInt(bytes.length - CRC_BYTES)) {
            throw new FormatException("state", "", "the saved state is damaged: its checksum differs");
        }
        int[] dims = model.stateDims();
        Extents definition = model.plan().extents();
        for (int i = 0; i < dims.length; i++) {
            int extent = in.getInt();
            if (extent != -1 && (extent < definition.min(dims[i]) || extent > definition.max(dims[i]))) {
                throw new FormatException("state", "extents", extent + " is beyond its bound");
            }
            state.extents[i] = extent;
        }
        for (Buffer buffer : state.buffers) {
            switch (buffer.storage()) {
                case FLOATS -> in.asFloatBuffer().get(buffer.floats);
                case DOUBLES -> in.asDoubleBuffer().get(buffer.doubles);
                case LONGS -> in.asLongBuffer().get(buffer.longs);
                case INTS -> in.asIntBuffer().get(buffer.ints);
                case SHORTS -> in.asShortBuffer().get(buffer.shorts);
                case BYTES -> in.duplicate().get(buffer.bytes);
            }
            skip(in, buffer);
        }
        return state;
    }

    private static void skip(ByteBuffer bytes, Buffer buffer) {
        // declared by java.nio.Buffer: Android's ByteBuffer does not have its own
        ((java.nio.Buffer) bytes).position(bytes.position() + (int) bytes(buffer));
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - CRC_BYTES);
        return (int) crc.getValue();
    }

    private long byteCount() {
        long bytes = 4 + Model.FINGERPRINT_BYTES + 4L * extents.length + CRC_BYTES;
        for (Buffer buffer : buffers) {
            bytes += bytes(buffer);
        }
        return bytes;
    }

    private static long bytes(Buffer buffer) {
        return (long) buffer.length() * switch (buffer.storage()) {
            case DOUBLES, LONGS -> 8;
            case FLOATS, INTS -> 4;
            case SHORTS -> 2;
            case BYTES -> 1;
        };
    }
}
