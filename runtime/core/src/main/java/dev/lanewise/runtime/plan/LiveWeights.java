package dev.lanewise.runtime.plan;

import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.runtime.kernel.Kernels;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Weights of a program that are replaced while sessions run. There are two sets of all that is made of them, for ever
 * the same arrays: sessions run on the one, the next version is written into the other, and then the version's number,
 * whose last bit is the set, is raised. A session says on which set it begins a run, so that the writer can wait until
 * the set it is about to overwrite is free; it looks at the number once more after it has said so, and begins anew
 * where
 * that has changed. So no run sees two versions, and none ever waits. Publishing and preparing steps take a lock;
 * running does not.
 */
public final class LiveWeights {

    /** Reads the new values of a weight. */
    public interface Source {

        /** @param into [elements of the tensor] */
        void read(int tensor, float[] into);
    }

    /** A session: which set its run is on. Used by one thread, looked at by the writer. */
    public static final class Reader {

        private final LiveWeights weights;
        /** The set plus one; 0 between runs. */
        private volatile int running;
        private int version;

        private Reader(LiveWeights weights) {
            this.weights = weights;
        }

        /** Begins a run. Allocates nothing, and waits for nobody. */
        public int enter() {
            int seen = weights.version;
            running = (seen & 1) + 1;
            while (seen != weights.version) {
                seen = weights.version;
                running = (seen & 1) + 1;
            }
            version = seen;
            return seen & 1;
        }

        /** Ends a run. */
        public void leave() {
            running = 0;
        }

        /** Of the run that was begun last. */
        public int version() {
            return version;
        }
    }

    private record Key(Kernels kernels, int set, int step, int slot) {}

    /** A packed form, kept by the sessions that use it. */
    private record Packing(WeakReference<Object> packed, Refill<Object> refill) {}

    private static final long WAIT_NANOS = 20_000;

    /** [tensor] */
    private final LiveConstant[] constants;
    /** [set][tensor] of those that steps read as they are. */
    private final Buffer[][] buffers;
    private final Map<Key, Packing> packings = new HashMap<>();
    private final List<WeakReference<Reader>> readers = new ArrayList<>();
    private volatile int version;

    /**
     * Begins with the values of the file, as version 0.
     *
     * @param tensors the weights that are replaced
     */
    LiveWeights(Plan plan, ProgramProto program, List<Integer> tensors, Constant[] file) {
        constants = new LiveConstant[plan.tensorCount()];
        buffers = new Buffer[2][plan.tensorCount()];
        for (int tensor : tensors) {
            constants[tensor] = new LiveConstant(file[tensor]);
            for (Buffer[] set : buffers) {
                set[tensor] = new Buffer(plan.type(tensor).storage());
            }
        }
        for (PortProto port : program.getOutputsList()) {
            requireComputed(plan, port.getName(), port.getTensor());
        }
        for (StateProto state : program.getStatesList()) {
            requireComputed(plan, state.getName(), state.getNext());
        }
    }

    private void requireComputed(Plan plan, String name, int tensor) {
        if (constants[tensor] != null) {
            throw new PlanException(plan.file().name() + ": '" + name + "' is itself a weight that is trained; no other"
                    + " can be published");
        }
    }

    /** The number of the version that runs begin with now. */
    public int version() {
        return version;
    }

    boolean replaces(int tensor) {
        return constants[tensor] != null;
    }

    Constant constant(int tensor) {
        return constants[tensor];
    }

    Buffer buffer(int set, int tensor) {
        return buffers[set][tensor];
    }

    /** A reader for one session. */
    public Reader newReader() {
        Reader reader = new Reader(this);
        synchronized (this) {
            readers.removeIf(known -> known.get() == null);
            readers.add(new WeakReference<>(reader));
        }
        return reader;
    }

    /** Where steps of one set keep what they pack; to be used under the lock on this object. */
    StepArgs.PackCache cache(Kernels kernels, int set) {
        return new StepArgs.PackCache() {
            @Override
            public Object get(int step, int slot) {
                Packing packing = packings.get(new Key(kernels, set, step, slot));
                return packing == null ? null : packing.packed.get();
            }

            @Override
            @SuppressWarnings("unchecked")
            public Object keep(int step, int slot, Object made, Refill<?> refill) {
                if (refill == null) {
                    throw new IllegalStateException("step " + step + " packs weights that it cannot pack anew");
                }
                packings.put(
                        new Key(kernels, set, step, slot),
                        new Packing(new WeakReference<>(made), (Refill<Object>) refill));
                return made;
            }
        };
    }

    /**
     * Makes other values those that runs begin with from now on. Waits until no run is left on the version before the
     * present one.
     *
     * @return the number of the new version
     */
    public synchronized int publish(Source source) {
        int next = version + 1;
        int set = next & 1;
        awaitFree(set);
        for (int tensor = 0; tensor < constants.length; tensor++) {
            if (constants[tensor] != null) {
                float[] values = constants[tensor].values();
                source.read(tensor, values);
                Buffer buffer = buffers[set][tensor];
                if (buffer.floats != null) {
                    System.arraycopy(values, 0, buffer.floats, 0, values.length);
                }
            }
        }
        packings.values().removeIf(packing -> packing.packed.get() == null);
        packings.forEach((key, packing) -> {
            Object packed = packing.packed.get();
            if (key.set == set && packed != null) {
                packing.refill.into(packed);
            }
        });
        version = next;
        return next;
    }

    private void awaitFree(int set) {
        for (WeakReference<Reader> each : readers) {
            Reader reader = each.get();
            while (reader != null && reader.running == set + 1) {
                LockSupport.parkNanos(WAIT_NANOS);
            }
        }
    }
}
