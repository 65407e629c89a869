package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.plan.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One step between inputs and outputs, for its test:
 *
 * <pre>{@code
 * float[] y = OneStep.of(StepKind.TRANSPOSE).in(x, 2, 3).out(DType.F32, 3, 2).ints(1, 0).run().floats(0);
 * }</pre>
 *
 * {@link #run()} runs it four times (extents as numbers and as symbols whose bounds are larger than the
 * actual extents; scalar kernels and the best of the JVM), from an arena full of rubbish, demands the
 * same bits of all four, and that nothing beside the outputs was written. {@link #allocatesNothing()}
 * adds the check of the hot path.
 */
public final class OneStep {

    private static final int SLACK = 2;
    private static final int POISON = 0xa5;

    private record Given(DType type, Object array, boolean constant, int[] shape, int firstDim) {}

    private final StepKind kind;
    private final List<Given> inputs = new ArrayList<>();
    private final List<Given> outputs = new ArrayList<>();
    /** An extent; one that is learnt and at most m is -m - 1. */
    private final List<Integer> dims = new ArrayList<>();
    private final List<Integer> ints = new ArrayList<>();
    private final List<Float> floats = new ArrayList<>();
    private int replaces = -1;
    private int scratch = -1;

    private OneStep(StepKind kind) {
        this.kind = kind;
    }

    public static OneStep of(StepKind kind) {
        return new OneStep(kind);
    }

    public OneStep in(float[] x, int... shape) {
        return in(DType.F32, x, shape);
    }

    public OneStep in(long[] x, int... shape) {
        return in(DType.I64, x, shape);
    }

    /**
     * An input set by the caller.
     *
     * @param array of the type's storage
     */
    public OneStep in(DType type, Object array, int... shape) {
        inputs.add(new Given(type, array, false, shape, addDims(shape)));
        return this;
    }

    public OneStep weights(float[] x, int... shape) {
        return weights(DType.F32, x, shape);
    }

    /** An input among the weights. */
    public OneStep weights(DType type, Object array, int... shape) {
        inputs.add(new Given(type, array, true, shape, addDims(shape)));
        return this;
    }

    public OneStep absent() {
        inputs.add(null);
        return this;
    }

    public OneStep out(DType type, int... shape) {
        outputs.add(new Given(type, null, false, shape, addDims(shape)));
        return this;
    }

    /** An output that holds no result: whatever lies in it afterwards is of no interest. */
    public OneStep scratch(int floats) {
        scratch = outputs.size();
        return out(DType.F32, floats);
    }

    /** An output in the very memory of input {@code i}, in the next {@link #out}'s place. */
    public OneStep outInPlaceOf(int i, DType type, int... shape) {
        replaces = i;
        return out(type, shape);
    }

    public OneStep absentOut() {
        outputs.add(null);
        return this;
    }

    /** For {@link #out}: an extent that the step learns, at most {@code max}. */
    public static int learnt(int max) {
        return -max - 1;
    }

    private int addDims(int[] shape) {
        int first = dims.size();
        for (int extent : shape) {
            dims.add(extent);
        }
        return first;
    }

    /** Adds an extent for use as an argument and gives its id. */
    public int dim(int extent) {
        dims.add(extent);
        return dims.size() - 1;
    }

    public OneStep ints(int... values) {
        for (int value : values) {
            ints.add(value);
        }
        return this;
    }

    public OneStep floats(float... values) {
        for (float value : values) {
            floats.add(value);
        }
        return this;
    }

    /** What the step wrote. */
    public record Result(List<Object> arrays, List<int[]> shapes, long multiplyAdds) {

        public float[] floats(int output) {
            return (float[]) arrays.get(output);
        }

        public double[] doubles(int output) {
            return (double[]) arrays.get(output);
        }

        public long[] longs(int output) {
            return (long[]) arrays.get(output);
        }

        public int[] ints(int output) {
            return (int[]) arrays.get(output);
        }

        public short[] shorts(int output) {
            return (short[]) arrays.get(output);
        }

        public byte[] bytes(int output) {
            return (byte[]) arrays.get(output);
        }

        public int[] shape(int output) {
            return shapes.get(output);
        }
    }

    /** Runs all four ways; see the class. */
    public Result run() {
        Result first = null;
        for (boolean symbols : new boolean[] {false, true}) {
            Prepared prepared = prepare(symbols);
            for (LoadOptions.Start start : new LoadOptions.Start[] {
                LoadOptions.Start.SCALAR, LoadOptions.Start.BEST_COLD
            }) {
                Result result = prepared.run(prepared.model.load(start));
                first = first == null ? result : first;
                same(first, result, (symbols ? "symbols, " : "numbers, ") + start);
            }
        }
        return first;
    }

    /** Whether runs of a session leave the thread's allocation counter as it was. */
    public OneStep allocatesNothing() {
        Prepared prepared = prepare(true);
        Session session = prepared.model.load().newSession();
        prepared.fill(session);
        Allocation.assertNone(session::run);
        return this;
    }

    private static void same(Result expected, Result found, String how) {
        for (int i = 0; i < expected.arrays.size(); i++) {
            assertArrayEquals(expected.shapes.get(i), found.shapes.get(i), how);
            Object a = expected.arrays.get(i);
            Object b = found.arrays.get(i);
            if (a instanceof float[] f) {
                for (int e = 0; e < f.length; e++) {
                    int at = e;
                    assertEquals(
                            Float.floatToRawIntBits(f[e]), Float.floatToRawIntBits(((float[]) b)[e]),
                            () -> how + ": element " + at + " of output has other bits");
                }
            } else {
                assertEquals(true, Arrays.deepEquals(new Object[] {a}, new Object[] {b}), how);
            }
        }
        assertEquals(expected.multiplyAdds, found.multiplyAdds, how);
    }

    /**
     * The model: ports are copied into the arena, where the step works, and out of it. Each extent is
     * a symbol of its own, set by an input of that name.
     */
    private Prepared prepare(boolean symbols) {
        HandMade model = new HandMade();
        List<String> symbolNames = new ArrayList<>();
        for (int i = 0; i < dims.size(); i++) {
            int extent = dims.get(i);
            if (extent < 0) {
                model.learnt(-extent - 1);
            } else if (symbols && !ofConstant(i)) {
                symbolNames.add("d" + i);
                model.symbol("d" + i, 0, extent + SLACK);
            } else {
                model.number(extent);
            }
        }
        for (String name : symbolNames) {
            model.input(name, DType.BOOL, Integer.parseInt(name.substring(1)));
        }
        int[] in = new int[inputs.size()];
        for (int i = 0; i < in.length; i++) {
            Given given = inputs.get(i);
            if (given == null) {
                in[i] = -1;
            } else if (given.constant) {
                in[i] = model.weights(given.type, given.array, ids(given));
            } else {
                int port = model.input("in" + i, given.type, ids(given));
                in[i] = model.arena(given.type, ids(given));
                model.copy(port, in[i]);
            }
        }
        int[] out = new int[outputs.size()];
        for (int i = 0; i < out.length; i++) {
            Given given = outputs.get(i);
            if (given == null) {
                out[i] = -1;
            } else if (i == 0 && replaces >= 0) {
                // the same extents, so that the plan's check sees the same memory
                out[i] = model.tensor(
                        given.type, dev.lanewise.formats.proto.Region.ARENA,
                        model.model.getTensors(in[replaces]).getOffset(), ids(inputs.get(replaces)));
            } else {
                out[i] = model.arena(given.type, ids(given));
            }
        }
        StepProto.Builder step = model.step(kind, in, out, ints.stream().mapToInt(i -> i).toArray());
        floats.forEach(step::addFloats);
        for (int i = 0; i < out.length; i++) {
            if (out[i] >= 0) {
                Given dimsOf = i == 0 && replaces >= 0 ? inputs.get(replaces) : outputs.get(i);
                model.copy(out[i], model.output("out" + i, outputs.get(i).type, ids(dimsOf)));
            }
        }
        return new Prepared(model, symbolNames, out);
    }

    private boolean ofConstant(int dim) {
        return inputs.stream().anyMatch(given -> given != null && given.constant
                && dim >= given.firstDim && dim < given.firstDim + given.shape.length);
    }

    private static int[] ids(Given given) {
        int[] ids = new int[given.shape.length];
        Arrays.setAll(ids, i -> given.firstDim + i);
        return ids;
    }

    private final class Prepared {

        final HandMade model;
        final List<String> symbols;
        final int[] outTensors;

        Prepared(HandMade model, List<String> symbols, int[] outTensors) {
            this.model = model;
            this.symbols = symbols;
            this.outTensors = outTensors;
        }

        void fill(Session session) {
            for (String symbol : symbols) {
                session.input(symbol).setShape(dims.get(Integer.parseInt(symbol.substring(1))));
            }
            for (int i = 0; i < inputs.size(); i++) {
                Given given = inputs.get(i);
                if (given != null && !given.constant) {
                    Tensor tensor = session.input("in" + i);
                    tensor.setShape(given.shape);
                    System.arraycopy(
                            given.array, 0, tensor.operand().buffer.array(), tensor.offset(), tensor.size());
                }
            }
        }

        Result run(Model loaded) {
            Session session = loaded.newSession();
            fill(session);
            for (DType.Storage storage : DType.Storage.values()) {
                poison(session.memory().arena(storage));
            }
            session.run();
            List<Object> arrays = new ArrayList<>();
            List<int[]> shapes = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                if (outputs.get(i) == null) {
                    arrays.add(null);
                    shapes.add(null);
                } else {
                    Tensor tensor = session.output("out" + i);
                    arrays.add(i == scratch
                            ? null
                            : HandMade.elements(tensor.operand().buffer, tensor.offset(), tensor.size()));
                    shapes.add(tensor.shape());
                    checkGap(session, i, tensor);
                }
            }
            return new Result(arrays, shapes, session.multiplyAdds());
        }

        private void checkGap(Session session, int i, Tensor tensor) {
            Buffer arena = session.memory().arena(tensor.type().storage());
            int offset = session.memory().arenaStart(tensor.type().storage())
                    + model.model.getTensors(outTensors[i]).getOffset();
            for (int gap = 1; gap <= HandMade.GAP; gap++) {
                assertPoison(arena, offset - gap, "before output " + i);
                assertPoison(arena, offset + tensor.size() + gap - 1, "behind output " + i);
            }
        }
    }

    private static void poison(Buffer buffer) {
        switch (buffer.storage()) {
            case FLOATS -> Arrays.fill(buffer.floats, Float.intBitsToFloat(0x7fc000a5));
            case DOUBLES -> Arrays.fill(buffer.doubles, -1e300);
            case LONGS -> Arrays.fill(buffer.longs, -POISON);
            case INTS -> Arrays.fill(buffer.ints, -POISON);
            case SHORTS -> Arrays.fill(buffer.shorts, (short) POISON);
            case BYTES -> Arrays.fill(buffer.bytes, (byte) POISON);
        }
    }

    private static void assertPoison(Buffer buffer, int at, String where) {
        boolean untouched = switch (buffer.storage()) {
            case FLOATS -> Float.floatToRawIntBits(buffer.floats[at]) == 0x7fc000a5;
            case DOUBLES -> buffer.doubles[at] == -1e300;
            case LONGS -> buffer.longs[at] == -POISON;
            case INTS -> buffer.ints[at] == -POISON;
            case SHORTS -> buffer.shorts[at] == POISON;
            case BYTES -> buffer.bytes[at] == (byte) POISON;
        };
        assertEquals(true, untouched, "something was written " + where);
    }
}
