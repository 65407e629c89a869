package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The inputs of an ONNX model, as the options want them: pinned, bounded, and sequences as so many
 * tensors. Knows afterwards which options named nothing that the model has.
 */
final class OnnxInputs {

    private static final int LONGEST_SEQUENCE = 4096;

    private final String file;
    private final CompileOptions options;
    /** Names that can be pinned, in the model's order. */
    private final Set<String> tensors = new LinkedHashSet<>();
    private final Set<String> sequences = new LinkedHashSet<>();
    /** Names of all extents that are no numbers. */
    private final Set<String> extents = new TreeSet<>();

    OnnxInputs(String file, CompileOptions options) {
        this.file = file;
        this.options = options;
    }

    /**
     * Defines an input: a tensor, or a sequence of as many as the options say.
     *
     * @throws LanewiseException where that cannot be
     */
    void read(ValueInfoProto input, OnnxScope scope) {
        String name = input.getName();
        TypeProto type = input.getType();
        if (type.getValueCase() != TypeProto.ValueCase.SEQUENCE_TYPE) {
            tensors.add(name);
            scope.define(name, tensor(name, type, scope));
            return;
        }
        sequences.add(name);
        if (scope.findSequence(name) != null) {
            throw new FormatException(file, "input '" + name + "'", "listed twice");
        }
        Integer length = options.lengths().get(name);
        if (length == null) {
            throw new PlanException("input '" + name + "' is a sequence; say how many tensors it has with --length "
                    + name + "=N");
        }
        if (length < 0 || length > LONGEST_SEQUENCE) {
            throw new PlanException("--length " + name + "=" + length + ": expected 0 to " + LONGEST_SEQUENCE);
        }
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            String element = OnnxSequence.element(name, i);
            tensors.add(element);
            values.add(tensor(element, OnnxSequence.elementType(type), scope));
        }
        scope.define(name, new OnnxSequence(values));
    }

    private Value tensor(String name, TypeProto type, OnnxScope scope) {
        if (name.isEmpty() || name.length() > Limits.NAME_BYTES) {
            throw new FormatException(file, "inputs", "an input without a name, or with one too long");
        }
        Literal pin = options.pins().get(name);
        if (pin != null) {
            shape(name, type.getTensorType().getShape()); // its extents stay names that are known
            return Value.constant(name, pinned(type.getTensorType(), pin));
        }
        ValueType stated = streamed(name, type(name, type));
        if (scope.knows(name)) {
            throw new FormatException(file, "input '" + name + "'", "listed twice");
        }
        return scope.builder().input(name, stated);
    }

    /** The value in the type that the input has; numbers typed by hand are meant in its shape too. */
    private static Literal pinned(TypeProto.Tensor tensor, Literal pin) {
        DType declared = OnnxTensors.type(tensor.getElemType());
        Literal value = declared == null || declared == pin.type()
                ? pin
                : Literal.of(declared, pin.toDoubles(), pin.shape());
        int[] shape = tensor.getShape().getDimList().stream()
                .mapToInt(dim -> (int) Math.max(1, Math.min(pin.size() + 1L, dim.getDimValue())))
                .toArray();
        boolean fits = tensor.hasShape() && Arrays.stream(shape).asLongStream().reduce(1,
                (a, b) -> Math.min(Integer.MAX_VALUE, a * b)) == pin.size();
        return fits ? value.reshape(shape) : value;
    }

    private ValueType type(String name, TypeProto type) {
        if (type.getValueCase() != TypeProto.ValueCase.TENSOR_TYPE) {
            String kind = type.getValueCase().name().toLowerCase(Locale.ROOT).replace("_type", "");
            throw new UnsupportedOpException(name, "input", kind + " types are out of scope as inputs");
        }
        DType element = OnnxTensors.type(type.getTensorType().getElemType());
        if (element == null) {
            throw new UnsupportedOpException(name, "input",
                    OnnxTensors.whyUnsupported(type.getTensorType().getElemType()));
        }
        if (!type.getTensorType().hasShape()) {
            throw new PlanException("input '" + name + "' states no rank, so that nothing can be planned for it;"
                    + " pin its value with --pin " + name + "=FILE", List.of(name));
        }
        return new ValueType(element, shape(name, type.getTensorType().getShape()));
    }

    /** With the axis of time open, where it is named by this input and the model states a number for it. */
    private ValueType streamed(String name, ValueType stated) {
        int axis = options.stream() == null ? -1 : options.stream().axisOf(name);
        if (axis < 0 || axis >= stated.rank() || !stated.dim(axis).isConstant()) {
            return stated;
        }
        String symbol = name + "." + axis;
        extents.add(symbol);
        List<Dim> shape = new ArrayList<>(stated.shape());
        shape.set(axis, options.symbol(symbol));
        return new ValueType(stated.type(), shape);
    }

    /** The extents that the model states for a value of that name. */
    List<Dim> shape(String name, TensorShapeProto shape) {
        if (shape.getDimCount() > Limits.RANK) {
            throw new FormatException(file, "value '" + name + "'", "rank " + shape.getDimCount());
        }
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < shape.getDimCount(); axis++) {
            TensorShapeProto.Dimension dim = shape.getDim(axis);
            // -1 is how some old exporters say "any"
            if (dim.getValueCase() == TensorShapeProto.Dimension.ValueCase.DIM_VALUE && dim.getDimValue() != -1) {
                if (dim.getDimValue() < 0 || dim.getDimValue() > Integer.MAX_VALUE) {
                    throw new FormatException(file, "value '" + name + "'", "an extent of " + dim.getDimValue());
                }
                dims.add(Dim.of(dim.getDimValue()));
            } else {
                String symbol = dim.getDimParam().isBlank() ? name + "." + axis : dim.getDimParam();
                extents.add(symbol);
                dims.add(options.symbol(symbol));
            }
        }
        return dims;
    }

    /** Makes the name of an extent known, for {@link #mistakenExtents}. */
    void addExtent(String name) {
        extents.add(name);
    }

    /** Options for inputs that the model does not have: mistakes that would otherwise pass unseen. */
    List<PlanException> mistakenPins() {
        List<PlanException> mistakes = new ArrayList<>();
        for (String pin : options.pins().keySet()) {
            if (!tensors.contains(pin)) {
                mistakes.add(new PlanException("--pin " + pin + ": the model has no such input; it has "
                        + String.join(", ", tensors)));
            }
        }
        for (String sequence : options.lengths().keySet()) {
            if (!sequences.contains(sequence)) {
                mistakes.add(new PlanException("--length " + sequence + ": the model has no such input"
                        + (sequences.isEmpty() ? "; none is a sequence" : "; sequences are "
                                + String.join(", ", sequences))));
            }
        }
        return mistakes;
    }

    /** Bounds of extents that the model does not have. */
    List<PlanException> mistakenExtents() {
        List<PlanException> mistakes = new ArrayList<>();
        for (String bound : options.bounds().keySet()) {
            if (!extents.contains(bound)) {
                mistakes.add(new PlanException("--dim " + bound + ": the model has no such extent"
                        + (extents.isEmpty() ? "; all are numbers" : "; it has " + String.join(", ", extents))));
            }
        }
        return mistakes;
    }
}
