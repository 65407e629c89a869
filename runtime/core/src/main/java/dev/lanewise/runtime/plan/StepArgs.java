package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.team.Divisible;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.List;

/**
 * What a step is made of: its operands, its positional arguments, the kernels to use. Reads with
 * validation, so that a step's constructor is a plain list of what it takes. Every access names the
 * step in its error.
 */
public final class StepArgs {

    /** Where packed weights are kept: one packing serves all sessions of a model. */
    public interface PackCache {

        /** What was kept, or {@code null}. */
        Object get(int step, int slot);

        /**
         * Keeps {@code packed}, and gives it, or what another session kept first.
         *
         * @param refill packs anew where the weights are replaced; {@code null} where they are not
         */
        Object keep(int step, int slot, Object packed, Refill<?> refill);
    }

    /** 2 GiB. */
    private static final double MOST_PACKED_FLOATS = 1 << 29;

    private final String file;
    private final int number;
    private final StepProto proto;
    private final Operand[] inputs;
    private final Operand[] outputs;
    private final List<Block> blocks;
    private final Kernels kernels;
    private final SessionMemory memory;
    private final PackCache packed;
    private final List<Integer> dims = new ArrayList<>();
    private int packSlot;

    /**
     * @param number the step's position among all steps of the model, nested ones included
     */
    public StepArgs(
            String file, int number, StepProto proto, Operand[] inputs, Operand[] outputs, List<Block> blocks,
            Kernels kernels, SessionMemory memory, PackCache packed) {
        this.file = file;
        this.number = number;
        this.proto = proto;
        this.inputs = inputs;
        this.outputs = outputs;
        this.blocks = blocks;
        this.kernels = kernels;
        this.memory = memory;
        this.packed = packed;
    }

    /** For messages: the step's number and kind. */
    public String describe() {
        return "step " + number + " (" + proto.getKind() + ")";
    }

    public int number() {
        return number;
    }

    public Kernels kernels() {
        return kernels;
    }

    public SessionMemory memory() {
        return memory;
    }

    public int inputCount() {
        return inputs.length;
    }

    public int outputCount() {
        return outputs.length;
    }

    /** A required input. */
    public Operand in(int i) {
        Operand operand = inOrNull(i);
        if (operand == null) {
            throw bad("inputs", "input " + i + " is missing");
        }
        return operand;
    }

    /** Whether an optional input is present. */
    public boolean hasIn(int i) {
        return i < inputs.length && inputs[i] != null;
    }

    /** An optional input, {@code null} where absent. */
    public Operand inOrNull(int i) {
        Operand operand = i < inputs.length ? inputs[i] : null;
        if (operand != null) {
            operand.materialise();
        }
        return operand;
    }

    public Operand out(int i) {
        Operand operand = outOrNull(i);
        if (operand == null) {
            throw bad("outputs", "output " + i + " is missing");
        }
        return operand;
    }

    public Operand outOrNull(int i) {
        return i < outputs.length ? outputs[i] : null;
    }

    /** An f32 input. */
    public Operand floatsIn(int i) {
        return require(in(i), DType.F32);
    }

    public Operand floatsInOrNull(int i) {
        Operand operand = inOrNull(i);
        return operand == null ? null : require(operand, DType.F32);
    }

    public Operand floatsOut(int i) {
        return require(out(i), DType.F32);
    }

    public Operand floatsOutOrNull(int i) {
        Operand operand = outOrNull(i);
        return operand == null ? null : require(operand, DType.F32);
    }

    public Operand require(Operand operand, DType type) {
        if (operand.type != type) {
            throw bad("inputs", "tensor '" + operand.name + "' is " + operand.type + "; expected " + type);
        }
        return operand;
    }

    /** Fails unless both operands have one element type. */
    public void requireSameType(Operand a, Operand b) {
        if (a.type != b.type) {
            throw bad("operands", "tensor '" + a.name + "' is " + a.type + " and '" + b.name + "' " + b.type
                    + "; expected one type");
        }
    }

    /** Fails unless the operand's elements are i32 or i64. */
    public Operand requireIndices(Operand operand) {
        if (operand.type != DType.I64 && operand.type != DType.I32) {
            throw bad("inputs", "tensor '" + operand.name + "' is " + operand.type + "; expected i32 or i64");
        }
        return operand;
    }

    /**
     * An f32 input among the weights, for its extents; its values are for {@link #weightValues}, when
     * they are packed.
     *
     * @throws FormatException where it is not among the weights
     */
    public Operand weights(int i) {
        Operand operand = i < inputs.length ? inputs[i] : null;
        if (operand == null || !operand.constant() || operand.type != DType.F32) {
            throw bad("inputs", "input " + i + " must be an f32 tensor among the weights");
        }
        return operand;
    }

    /** The values of {@link #weights}, decoded for this call. Not to be changed. */
    public float[] weightValues(int i) {
        return weights(i).constantFloats();
    }

    /**
     * The values of {@link #weights}, a matrix [n, k], in the form that products are computed from; {@code
     * null} where that is f32.
     */
    public WeightMatrix smallWeights(int i) {
        Operand operand = weights(i);
        return operand.size > 0 && WeightMatrix.computes(operand.form(), operand.shape[1])
                ? operand.constantMatrix()
                : null;
    }

    /**
     * Input {@code i} as it is stored, rows along its first axis, where it is a weight smaller than f32 and
     * int 0, the axis, is the first one; else {@code null}.
     */
    public WeightMatrix storedRows(int i) {
        Operand operand = i < inputs.length ? inputs[i] : null;
        boolean small = operand != null && operand.form() != WeightForm.F32 && operand.size > 0;
        if (!small || integer(0) != 0) {
            return null;
        }
        WeightMatrix rows = packed();
        return rows != null ? rows : keep(operand.constantMatrix());
    }

    /** The same, f32 where {@link #smallWeights} gives {@code null}. */
    public WeightMatrix weightMatrix(int i) {
        WeightMatrix small = smallWeights(i);
        Operand operand = weights(i);
        return small != null ? small : WeightMatrix.of(weightValues(i), 0, operand.shape[0], operand.shape[1]);
    }

    /**
     * Fails where weights would take unreasonable memory when they are packed, {@code times} matrices
     * [k, n] whose rows are padded: an extent of 1 would let a small file ask for much.
     */
    public void requirePackable(Operand weights, long k, long n, long times) {
        double floats = (double) k * ((n + 63) / 64 * 64) * times;
        if (floats > MOST_PACKED_FLOATS) {
            throw bad("inputs", "the weights '" + weights.name + "' " + weights.describe()
                    + " are too large to be packed");
        }
    }

    public int intCount() {
        return proto.getIntsCount();
    }

    public int integer(int i) {
        if (i >= proto.getIntsCount()) {
            throw bad("ints", "argument " + i + " is missing");
        }
        return proto.getInts(i);
    }

    /** An argument that must lie in {@code [min, max]}. */
    public int integer(int i, int min, int max) {
        int value = integer(i);
        if (value < min || value > max) {
            throw bad("ints", "argument " + i + " is " + value + "; expected " + min + " to " + max);
        }
        return value;
    }

    public boolean flag(int i) {
        return integer(i, 0, 1) == 1;
    }

    /** An axis of {@code operand}. */
    public int axis(int i, Operand operand) {
        return integer(i, 0, operand.rank() - 1);
    }

    /** The id of an extent; the step is reshaped when it changes. */
    public int dim(int i) {
        int dim = integer(i, 0, memory.definition().count() - 1);
        dims.add(dim);
        return dim;
    }

    /** The ids of extents that the step asked for. */
    List<Integer> dims() {
        return dims;
    }

    /**
     * The current value of an extent, for {@link Step#reshape()}.
     *
     * @throws ShapeException where an expression came out below 0 or above 2^31 - 1
     */
    public int extent(int dim) {
        int value = memory.extents()[dim];
        if (value < 0) {
            throw misfit("an extent computed from the inputs' shapes is below 0 or above 2^31 - 1: the inputs"
                    + " are too short, or too long, for this model");
        }
        return value;
    }

    /** An enum constant by its ordinal. */
    public <E extends Enum<E>> E constant(int i, E[] values) {
        return values[integer(i, 0, values.length - 1)];
    }

    /** A float argument; files leave trailing zeros out. */
    public float number(int i) {
        return i < proto.getFloatsCount() ? proto.getFloats(i) : 0f;
    }

    /** The epilogue whose function is int {@code i} (plus one; 0 for none), parameters from float {@code f}. */
    public Epilogue epilogue(int i, int f) {
        int fn = integer(i, 0, UnaryFn.values().length);
        if (fn == 0) {
            return Epilogue.NONE;
        }
        UnaryFn function = UnaryFn.values()[fn - 1];
        if (function == UnaryFn.NOT || function == UnaryFn.BITWISE_NOT) {
            throw bad("ints", function + " is not defined for f32");
        }
        return Epilogue.of(function, number(f), number(f + 1));
    }

    public Block block(int i) {
        if (i >= blocks.size()) {
            throw bad("blocks", "block " + i + " is missing");
        }
        return blocks.get(i);
    }

    /**
     * The step's next packed weights, {@code null} where no session has packed them yet: then {@link
     * #keep} comes next. (A lambda would say it in one call, and cost 20 ms of a cold start.)
     */
    @SuppressWarnings("unchecked")
    public <P> P packed() {
        return (P) packed.get(number, ++packSlot);
    }

    /** Keeps what {@link #packed} did not find, for all sessions that use the same kernels. */
    public <P> P keep(P made) {
        return keep(made, null);
    }

    /** The same for weights that may be replaced: {@code refill} is {@code null} unless {@link #isLive}. */
    @SuppressWarnings("unchecked")
    public <P> P keep(P made, Refill<P> refill) {
        return (P) packed.keep(number, packSlot, made, refill);
    }

    /** Whether one of the inputs is a weight whose values are replaced while sessions run. */
    public boolean isLive() {
        return isLive(inputs);
    }

    static boolean isLive(Operand[] inputs) {
        for (Operand input : inputs) {
            if (input != null && input.isLive()) {
                return true;
            }
        }
        return false;
    }

    /** Does a step's work, together with the session's other threads where it is large; see {@link Team#run}. */
    public void share(Divisible work, int pieces, int grain, long cost) {
        memory.team().run(work, pieces, grain, cost);
    }

    /** The error for an argument or operand that makes no sense. */
    public FormatException bad(String field, String problem) {
        return new FormatException(file, describe() + " " + field, problem);
    }

    /** The error for extents that do not fit together. */
    public ShapeException misfit(String problem) {
        return new ShapeException(describe() + ": " + problem);
    }

    /** Fails unless the operand has this rank. */
    public void requireRank(Operand operand, int rank) {
        if (operand.rank() != rank) {
            throw bad("operands", "tensor '" + operand.name + "' has rank " + operand.rank() + "; expected " + rank);
        }
    }

    /** For {@link Step#reshape()}: fails unless an axis has this extent. Makes no text before it fails. */
    public void requireExtent(Operand operand, int axis, int expected) {
        if (operand.shape[axis] != expected) {
            throw misfit("tensor '" + operand.name + "' " + operand.describe() + ": axis " + axis + " is "
                    + operand.shape[axis] + "; expected " + expected);
        }
    }

    /** For {@link Step#reshape()}: fails unless two extents agree. */
    public void requireEqual(int found, int expected, Operand operand, String what) {
        if (found != expected) {
            throw misfit("tensor '" + operand.name + "' " + operand.describe() + ": " + what + " is " + found
                    + "; expected " + expected);
        }
    }
}
