package dev.lanewise.formats.proto;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * What the classes share that the build makes of {@code model.proto}'s messages. Immutable, for any number of threads.
 * Two are equal where they are written as the same bytes.
 */
public abstract class Message {

    Message() {}

    /** Takes in fields up to the reader's end; such as are not known are passed over. */
    abstract void read(WireReader in) throws WireException;

    /** Writes the fields in the order of their numbers. */
    abstract void write(WireWriter out);

    private WireWriter written() {
        WireWriter out = new WireWriter();
        write(out);
        return out;
    }

    /** As it is written. */
    public final byte[] toByteArray() {
        return written().toByteArray();
    }

    /** Writes it. */
    public final void writeTo(OutputStream out) throws IOException {
        written().writeTo(out);
    }

    /** Bytes that it takes. */
    public final long getSerializedSize() {
        return written().size();
    }

    @Override
    public final boolean equals(Object other) {
        return other == this || other != null && other.getClass() == getClass()
                && Arrays.equals(toByteArray(), ((Message) other).toByteArray());
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(toByteArray());
    }

    /** A list to which one is added, the very list unless it is that of none. */
    static <T> List<T> add(List<T> list, T value) {
        List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
        longer.add(Objects.requireNonNull(value));
        return longer;
    }

    static <T> List<T> copy(List<T> list) {
        return list.isEmpty() ? List.of() : new ArrayList<>(list);
    }

    static <T> List<T> view(List<T> list) {
        return Collections.unmodifiableList(list);
    }

    /**
     * Makes messages; for one thread.
     *
     * @param <M> what it makes
     */
    public interface Builder<M extends Message> {
        M build();
    }
}
