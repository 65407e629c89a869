package dev.lanewise.runtime.plan;

/** A weight whose values are replaced while sessions run; guarded by its {@link LiveWeights}. */
final class LiveConstant extends Constant {

    private final Buffer current;

    /** Begins with the values of the file. */
    LiveConstant(Constant file) {
        super(file);
        current = file.decode();
    }

    /** The values now; to be changed by whoever holds the lock. */
    float[] values() {
        return current.floats;
    }

    @Override
    void fill(Buffer buffer) {
        if (buffer.array() == null) {
            buffer.floats = current.floats.clone();
        }
    }

    @Override
    Buffer decode() {
        return current;
    }
}
