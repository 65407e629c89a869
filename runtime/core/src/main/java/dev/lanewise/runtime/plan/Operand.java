package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * A tensor of one session: where it lies, and its extents for the current run. Dense and row-major;
 * {@code shape} and {@code size} follow the actual extents, {@code offset} and {@code capacity} the
 * bounds.
 */
public final class Operand {

    public final String name;
    public final DType type;
    public final Buffer buffer;
    /** First element in {@link #buffer}'s array. */
    public final int offset;
    /** Elements reserved. */
    public final int capacity;
    /** Actual extents, outermost first. Not to be changed by steps. */
    public final int[] shape;
    /** Product of {@link #shape}. */
    public int size;

    private final int[] dims;
    private final Constant constant;

    /**
     * @param dims ids of the extents, outermost first
     */
    public Operand(String name, DType type, int[] dims, Buffer buffer, int offset, int capacity) {
        this(name, type, dims, buffer, offset, capacity, null);
    }

    /** A weight, whose buffer is filled when a step first asks for it as an operand. */
    Operand(String name, DType type, int[] dims, Buffer buffer, int capacity, Constant constant) {
        this(name, type, dims, buffer, 0, capacity, constant);
    }

    private Operand(
            String name, DType type, int[] dims, Buffer buffer, int offset, int capacity, Constant constant) {
        this.name = name;
        this.type = type;
        this.dims = dims;
        this.buffer = buffer;
        this.offset = offset;
        this.capacity = capacity;
        this.constant = constant;
        this.shape = new int[dims.length];
    }

    /** Whether the values are known when the model is loaded. */
    public boolean constant() {
        return constant != null;
    }

    /** Makes sure that a weight's values lie in its buffer; {@link StepArgs} does so for inputs. */
    public void materialise() {
        if (constant != null) {
            constant.fill(buffer);
        }
    }

    /** An f32 weight's values as they are now. Not to be changed. */
    public float[] constantFloats() {
        return buffer.floats != null ? buffer.floats : constant.decode().floats;
    }

    /** How the file holds it; {@link WeightForm#F32} for what is no weight. */
    public WeightForm form() {
        return constant == null ? WeightForm.F32 : constant.form();
    }

    /** A weight as it is stored, rows along its first axis; for forms other than f32. */
    WeightMatrix constantMatrix() {
        return constant.matrix();
    }

    /** Whether it is a weight whose values are replaced while sessions run. */
    boolean isLive() {
        return constant instanceof LiveConstant;
    }

    public int rank() {
        return shape.length;
    }

    /** Id of the extent of an axis. */
    public int dim(int axis) {
        return dims[axis];
    }

    /**
     * Takes over the session's extents.
     *
     * @throws ShapeException where they do not fit the memory reserved: a damaged plan
     */
    public void refresh(int[] extents) {
        long product = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            int extent = extents[dims[axis]];
            shape[axis] = extent;
            if (extent < 0) {
                throw new ShapeException("tensor '" + name + "', axis " + axis + ": its extent is computed from"
                        + " the inputs' shapes and comes out below 0 or above 2^31 - 1; the inputs are too short,"
                        + " or too long, for this model");
            }
            product *= extent;
            if (product > Integer.MAX_VALUE) {
                product = Integer.MAX_VALUE;
            }
        }
        if (product > capacity) {
            throw new ShapeException("tensor '" + name + "' " + describe() + " does not fit the " + capacity
                    + " elements reserved for it");
        }
        size = (int) product;
    }

    /** Product of the extents of axes {@code from} (inclusive) to {@code to} (exclusive). */
    public int product(int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= shape[axis];
        }
        return product;
    }

    /** Distance of neighbours along an axis. 0 in an empty tensor may stand for any distance. */
    public int stride(int axis) {
        return size == 0 ? 0 : product(axis + 1, shape.length);
    }

    /** For messages: {@code f32[1, 512]}. */
    public String describe() {
        StringBuilder text = new StringBuilder(type.toString()).append('[');
        for (int axis = 0; axis < shape.length; axis++) {
            text.append(axis == 0 ? "" : ", ").append(shape[axis]);
        }
        return text.append(']').toString();
    }
}
