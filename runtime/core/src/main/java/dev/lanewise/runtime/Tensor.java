package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Operand;
import java.util.Arrays;
import java.util.List;

/**
 * A handle to an input or output of a session: a view of the very array that the steps read or
 * write. Nothing is copied and there is nothing to close. Belongs to its session, and like it is used
 * by one thread at a time; no method allocates, except where it says so.
 *
 * <p>The array may be longer than the tensor: elements lie at {@code offset()} to {@code offset() +
 * size()}, dense and row-major by {@link #shape()}.
 */
public final class Tensor {

    private final String name;
    private final boolean input;
    private Shapes shapes;
    private Operand operand;

    Tensor(String name, Shapes shapes, Operand operand, boolean input) {
        this.name = name;
        this.shapes = shapes;
        this.operand = operand;
        this.input = input;
    }

    /** The tensor of that name among those of one side. */
    static Tensor find(List<Tensor> tensors, String name, String side) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return tensors.get(i);
            }
        }
        StringBuilder names = new StringBuilder();
        for (Tensor tensor : tensors) {
            names.append(names.length() == 0 ? "" : ", ").append(tensor);
        }
        throw new IllegalArgumentException("no " + side + " '" + name + "'; there are: " + names);
    }

    void rebind(Shapes newShapes, Operand newOperand) {
        shapes = newShapes;
        operand = newOperand;
    }

    Operand operand() {
        return operand;
    }

    public String name() {
        return name;
    }

    public DType type() {
        return operand.type;
    }

    public int rank() {
        return operand.rank();
    }

    /** The extent of an axis in the current shape. */
    public int extent(int axis) {
        return operand.shape[axis];
    }

    /** The name of the symbol that an axis has as its extent; {@code null} where it has none. */
    public String symbol(int axis) {
        Extents extents = shapes.definition();
        return extents.isSymbol(operand.dim(axis)) ? extents.name(operand.dim(axis)) : null;
    }

    /** The largest extent that an axis can have. */
    public int bound(int axis) {
        return shapes.definition().bound(operand.dim(axis));
    }

    /** The current shape, outermost axis first. Allocates a copy. */
    public int[] shape() {
        return operand.shape.clone();
    }

    /** Elements of the current shape. */
    public int size() {
        return operand.size;
    }

    /** Index of the first element in the array. */
    public int offset() {
        return operand.offset;
    }

    /**
     * Index in the array of the first element of a row, which is what lies at one index of the outermost axis: of a
     * {@link BatchSession}, one stream's part.
     */
    public int rowOffset(int row) {
        return operand.offset + row * rowSize();
    }

    /** Elements of a row, see {@link #rowOffset}. */
    public int rowSize() {
        return operand.product(1, operand.rank());
    }

    /** The array of an f32 tensor. */
    public float[] floats() {
        return operand.buffer.floats;
    }

    /** The array of an f64 tensor. */
    public double[] doubles() {
        return operand.buffer.doubles;
    }

    /** The array of an i64 or u64 tensor. */
    public long[] longs() {
        return operand.buffer.longs;
    }

    /** The array of an i32 or u32 tensor. */
    public int[] ints() {
        return operand.buffer.ints;
    }

    /** The array of an i16, u16, f16 or bf16 tensor (the last two as bits). */
    public short[] shorts() {
        return operand.buffer.shorts;
    }

    /** The array of an i8, u8 or bool tensor. */
    public byte[] bytes() {
        return operand.buffer.bytes;
    }

    /** One element of an f32 tensor, {@code i} from 0 in row-major order. */
    public float get(int i) {
        return operand.buffer.floats[operand.offset + i];
    }

    /** Sets all elements of an f32 tensor from {@code values[from, from + size())}. */
    public void set(float[] values, int from) {
        System.arraycopy(values, from, operand.buffer.floats, operand.offset, operand.size);
    }

    /** Sets all elements of an f32 tensor. */
    public void set(float... values) {
        if (values.length != operand.size) {
            throw new ShapeException("tensor '" + name + "' " + operand.describe() + " takes " + operand.size
                    + " elements; given " + values.length);
        }
        set(values, 0);
    }

    /** Sets a row of an f32 tensor, see {@link #rowOffset}, from {@code values[from, from + rowSize())}. */
    public void setRow(int row, float[] values, int from) {
        System.arraycopy(values, from, operand.buffer.floats, rowOffset(row), rowSize());
    }

    /**
     * Sets an input's shape for the runs that follow. Allocates nothing.
     *
     * @throws ShapeException where the rank differs, a fixed extent differs, or a length is beyond its
     *     symbol's bound; the message names the symbol and the bound
     */
    public void setShape(int... shape) {
        if (!input) {
            throw new ShapeException("tensor '" + name + "' is an output; its shape follows from the inputs");
        }
        if (shape.length != operand.rank()) {
            throw new ShapeException("input '" + name + "' has rank " + operand.rank() + "; given "
                    + Arrays.toString(shape));
        }
        for (int axis = 0; axis < shape.length; axis++) {
            setExtent(axis, shape[axis]);
        }
    }

    /** Sets one extent of an input; see {@link #setShape}. */
    public void setExtent(int axis, int extent) {
        Extents extents = shapes.definition();
        int id = operand.dim(axis);
        if (extents.isSymbol(id)) {
            if (extent < extents.min(id) || extent > extents.max(id)) {
                throw new ShapeException("input '" + name + "', axis " + axis + ": " + extent + " is outside "
                        + extents.name(id) + " = " + extents.min(id) + " … " + extents.max(id)
                        + "; compile with --dim " + extents.name(id) + "=" + extent + " to allow it");
            }
            shapes.setSymbol(id, extent);
        } else if (extents.isNumber(id) && extent != extents.max(id)) {
            throw new ShapeException("input '" + name + "', axis " + axis + ": the model has a fixed extent of "
                    + extents.max(id) + "; given " + extent);
        } else if (extent < 0 || extent > extents.bound(id)) {
            throw new ShapeException("input '" + name + "', axis " + axis + ": " + extent + " is outside 0 … "
                    + extents.bound(id));
        }
        if (operand.shape[axis] != extent) {
            operand.shape[axis] = extent;
            operand.size = operand.product(0, operand.rank());
            shapes.shapeChanged();
        }
    }

    @Override
    public String toString() {
        return name + " " + operand.describe();
    }
}
