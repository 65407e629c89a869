package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.DebugProto;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.formats.proto.SymbolProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Extents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a model by hand, for tests: extents and tensors are ids, arena and state are placed one
 * tensor after another with a gap of {@link #GAP} elements between them, so that a step that writes
 * beside its output is seen.
 */
public final class HandMade {

    public static final int GAP = 3;

    public final ModelProto.Builder model = ModelProto.newBuilder();
    public final ProgramProto.Builder program = ProgramProto.newBuilder().setName("infer");
    /** The program's body. */
    public final Block body = new Block();
    /** Where steps are added; the program's body unless a test sets it to a nested block. */
    public Block block = body;

    private final DebugProto.Builder debug = DebugProto.newBuilder();
    private final int[] arena = new int[DType.Storage.count()];
    private final int[] state = new int[DType.Storage.count()];
    private final java.io.ByteArrayOutputStream largeWeights = new java.io.ByteArrayOutputStream();
    private final java.io.ByteArrayOutputStream smallWeights = new java.io.ByteArrayOutputStream();

    /** A block in the making: its steps may be changed until it is built. */
    public static final class Block {

        private final List<StepProto.Builder> steps = new ArrayList<>();
        private final BlockProto.Builder ports = BlockProto.newBuilder();

        public Block params(int... tensors) {
            for (int t : tensors) {
                ports.addParams(t);
            }
            return this;
        }

        public Block results(int... tensors) {
            for (int t : tensors) {
                ports.addResults(t);
            }
            return this;
        }

        public StepProto.Builder add(StepProto.Builder step) {
            steps.add(step);
            return step;
        }

        public void clearSteps() {
            steps.clear();
        }

        public BlockProto build() {
            BlockProto.Builder whole = ports.clone();
            for (StepProto.Builder step : steps) {
                whole.addSteps(step);
            }
            return whole.build();
        }
    }

    public int number(int value) {
        return dim(DimProto.newBuilder().setNumber(value));
    }

    public int symbol(String name, int min, int max) {
        return dim(DimProto.newBuilder()
                .setSymbol(SymbolProto.newBuilder().setName(name).setMin(min).setMax(max)));
    }

    public int learnt(int max) {
        return dim(DimProto.newBuilder().setLearntMax(max));
    }

    public int expression(ExpressionProto.Kind kind, int a, int b) {
        return dim(DimProto.newBuilder().setExpression(ExpressionProto.newBuilder().setKind(kind).setA(a).setB(b)));
    }

    private int dim(DimProto.Builder dim) {
        model.addDims(dim);
        return model.getDimsCount() - 1;
    }

    /** Ids of numbers. */
    public int[] numbers(int... values) {
        int[] ids = new int[values.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = number(values[i]);
        }
        return ids;
    }

    public int port(DType type, int... dims) {
        return tensor(type, Region.PORT, model.getTensorsCount(), dims);
    }

    public int input(String name, DType type, int... dims) {
        int t = port(type, dims);
        program.addInputs(PortProto.newBuilder().setName(name).setTensor(t));
        return t;
    }

    public int output(String name, DType type, int... dims) {
        int t = port(type, dims);
        program.addOutputs(PortProto.newBuilder().setName(name).setTensor(t));
        return t;
    }

    public int arena(DType type, int... dims) {
        return placed(type, Region.ARENA, arena, dims);
    }

    public int state(DType type, int... dims) {
        return placed(type, Region.STATE, state, dims);
    }

    private int placed(DType type, Region region, int[] end, int[] dims) {
        int s = type.storage().ordinal();
        int offset = end[s] + GAP;
        end[s] = offset + capacity(dims) + GAP;
        return tensor(type, region, offset, dims);
    }

    private int capacity(int[] dims) {
        int[] atMost = new Extents("test", model.build()).atMost();
        int capacity = 1;
        for (int id : dims) {
            capacity *= atMost[id];
        }
        return capacity;
    }

    /** A tensor exactly where the test wants it. */
    public int tensor(DType type, Region region, int offset, int... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setType(type.proto()).setRegion(region).setOffset(offset);
        for (int id : dims) {
            tensor.addDims(id);
        }
        model.addTensors(tensor);
        debug.addTensorNames("t" + (model.getTensorsCount() - 1));
        return model.getTensorsCount() - 1;
    }

    /**
     * A constant.
     *
     * @param array of the type's storage
     */
    public int weights(DType type, Object array, int... dims) {
        byte[] bytes = bytes(type, array);
        boolean large = bytes.length >= Limits.WEIGHT_ALIGNMENT;
        long aligned = large ? Limits.align(bytes.length) : Limits.alignSmall(bytes.length);
        (large ? largeWeights : smallWeights).writeBytes(java.util.Arrays.copyOf(bytes, (int) aligned));
        return tensor(type, Region.WEIGHTS, 0, dims);
    }

    public static byte[] bytes(DType type, Object array) {
        ByteBuffer out = ByteBuffer.allocate(java.lang.reflect.Array.getLength(array) * type.bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        switch (type.storage()) {
            case FLOATS -> out.asFloatBuffer().put((float[]) array);
            case DOUBLES -> out.asDoubleBuffer().put((double[]) array);
            case LONGS -> out.asLongBuffer().put((long[]) array);
            case INTS -> out.asIntBuffer().put((int[]) array);
            case SHORTS -> out.asShortBuffer().put((short[]) array);
            case BYTES -> out.put((byte[]) array);
        }
        return out.array();
    }

    public void carried(String name, int value, int next) {
        program.addStates(StateProto.newBuilder().setName(name).setValue(value).setNext(next));
    }

    /** Adds a step; tensors by id, -1 for an absent one. */
    public StepProto.Builder step(StepKind kind, int[] inputs, int[] outputs, int... ints) {
        StepProto.Builder step = block.add(StepProto.newBuilder().setKind(kind));
        for (int t : inputs) {
            step.addInputs(t + 1);
        }
        for (int t : outputs) {
            step.addOutputs(t + 1);
        }
        for (int i : ints) {
            step.addInts(i);
        }
        return step;
    }

    /** {@code to = from}. */
    public void copy(int from, int to) {
        step(StepKind.RESHAPE, ids(from), ids(to));
    }

    public static int[] ids(int... tensors) {
        return tensors;
    }

    /** The message with its memory's sizes, unless the test has set them. */
    public ModelProto proto() {
        ModelProto.Builder whole = model.clone();
        java.io.ByteArrayOutputStream weights = new java.io.ByteArrayOutputStream();
        weights.writeBytes(largeWeights.toByteArray());
        weights.writeBytes(smallWeights.toByteArray());
        whole.addPrograms(program.clone().setBody(body.build())).setDebug(debug).setWeights(
                Bytes.copyOf(weights.toByteArray()));
        if (!whole.hasArena()) {
            whole.setArena(memory(arena));
        }
        if (!whole.hasState()) {
            whole.setState(memory(state));
        }
        return whole.build();
    }

    private static MemoryProto memory(int[] end) {
        return MemoryProto.newBuilder()
                .setFloats(end[0])
                .setDoubles(end[1])
                .setLongs(end[2])
                .setInts(end[3])
                .setShorts(end[4])
                .setBytes(end[5])
                .build();
    }

    public ModelFile file() {
        return ModelFile.complete("test.lane", proto());
    }

    public Model load() {
        return load(LoadOptions.Start.SCALAR);
    }

    public Model load(LoadOptions.Start start) {
        return Model.of(file(), LoadOptions.defaults().start(start));
    }

    /** A buffer's array as the caller's kind of array, cut to a tensor. */
    static Object elements(Buffer buffer, int offset, int size) {
        Object copy = java.lang.reflect.Array.newInstance(buffer.array().getClass().getComponentType(), size);
        System.arraycopy(buffer.array(), offset, copy, 0, size);
        return copy;
    }
}
