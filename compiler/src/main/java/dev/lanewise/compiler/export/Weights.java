package dev.lanewise.compiler.export;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.WeightForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights as ONNX constants. What is stored small stays so: bf16 and f16 are cast, int8 and int4 dequantised by ONNX's
 * own operator, which gives the very elements. A large tensor that is one value everywhere is made when the model runs.
 */
final class Weights {

    /** Elements up to which one value is written as often as it stands. */
    private static final int EXPANDED = 1024;

    /** Of all constants together; the limit of a protobuf message, with room for the graph. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - (64L << 20);

    private final LaneTensors tensors;
    private final GraphDraft graph;
    private final Map<List<Object>, OnnxValue> known = new HashMap<>();

    /**
     * @param graph the main one, at whose beginning small weights are expanded
     */
    Weights(LaneTensors tensors, GraphDraft graph) {
        this.tensors = tensors;
        this.graph = graph;
    }

    /** A weight as it is. */
    OnnxValue value(int tensor) {
        return value(tensor, shape(tensor));
    }

    /** The same elements in another shape. */
    OnnxValue value(int tensor, int... shape) {
        List<Object> key = List.of(tensor, Arrays.toString(shape));
        OnnxValue value = known.get(key);
        if (value == null) {
            value = make(tensor, shape);
            known.put(key, value);
        }
        return value;
    }

    /** A weight of two axes with its rows as columns; of f32 stored as such it is written so. */
    OnnxValue transposed(int tensor) {
        if (form(tensor) != WeightForm.F32 || tensors.isSplat(tensor)) {
            return graph.transpose(value(tensor), 1, 0);
        }
        return known.computeIfAbsent(List.of(tensor, "transposed"), key -> {
            int[] shape = shape(tensor);
            ByteBuffer in = bytes(tensor);
            ByteBuffer out = ByteBuffer.allocate(in.limit()).order(ByteOrder.LITTLE_ENDIAN);
            for (int column = 0; column < shape[1]; column++) {
                for (int row = 0; row < shape[0]; row++) {
                    out.putFloat(in.getFloat(4 * (row * shape[1] + column)));
                }
            }
            return constant(tensor, DType.F32, ByteString.copyFrom(out.array()), shape[1], shape[0]);
        });
    }

    private OnnxValue make(int tensor, int... shape) {
        DType type = tensors.type(tensor);
        if (form(tensor) != WeightForm.F32) {
            OnnxValue value = expanded(tensor, form(tensor));
            boolean same = Arrays.equals(shape, shape(tensor));
            return same ? value : graph.node("Reshape", value, graph.constants().integers(wide(shape))).out();
        }
        if (tensors.isSplat(tensor) && Literal.size(shape) > EXPANDED) {
            TensorProto one = Constants.tensor(type, ByteString.copyFrom(bytes(tensor)), 1);
            OnnxValue value = graph.node("ConstantOfShape", graph.constants().integers(wide(shape)))
                    .tensor("value", one).out(type);
            value.wish(tensors.name(tensor));
            return value;
        }
        boolean pairs = type == DType.I4 || type == DType.U4;
        return constant(tensor, type, pairs ? pairs(elements(tensor)) : elements(tensor), shape);
    }

    /** All elements, also where the file holds one. */
    private ByteString elements(int tensor) {
        ByteString bytes = ByteString.copyFrom(bytes(tensor));
        if (!tensors.isSplat(tensor)) {
            return bytes;
        }
        byte[] all = new byte[tensors.plan().capacity(tensor) * tensors.type(tensor).bytes()];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes.byteAt(i % bytes.size());
        }
        return ByteString.copyFrom(all);
    }

    /** A weight stored in fewer bits, as f32. */
    private OnnxValue expanded(int tensor, WeightForm form) {
        int[] shape = shape(tensor);
        ByteBuffer in = bytes(tensor);
        OnnxValue value = switch (form) {
            case BF16, F16 -> {
                DType narrow = form == WeightForm.F16 ? DType.F16 : DType.BF16;
                yield graph.cast(constant(null, narrow, ByteString.copyFrom(in), shape), DType.F32);
            }
            case INT8, INT8_DYNAMIC -> byRow(in, shape); // what rounds inputs is the product, which is refused
            case INT4 -> byGroup(in, shape);
            default -> throw new IllegalStateException(form.toString());
        };
        value.wish(tensors.name(tensor));
        return value;
    }

    private OnnxValue byRow(ByteBuffer in, int... shape) {
        int rows = shape[0];
        int rowElements = rows == 0 ? 0 : Literal.size(shape) / rows;
        int at = (int) WeightForm.INT8.scalesAt(rows, rowElements);
        OnnxValue codes = constant(null, DType.I8, part(in, 0, rows * rowElements), shape);
        OnnxValue scales = constant(null, DType.F32, part(in, at, 4 * rows), rows);
        return graph.node("DequantizeLinear", codes, scales).integer("axis", 0).out(DType.F32);
    }

    private OnnxValue byGroup(ByteBuffer in, int... shape) {
        int rows = shape[0];
        int rowElements = rows == 0 ? 0 : Literal.size(shape) / rows;
        int groups = WeightForm.groups(rowElements);
        byte[] codes = new byte[rows * rowElements];
        for (int i = 0; i < codes.length; i++) {
            int column = i % rowElements;
            int pair = in.get((i / rowElements * groups * WeightForm.GROUP + column) / 2);
            codes[i] = (byte) ((pair >> 4 * (column % 2) & 15) - 8);
        }
        int at = (int) WeightForm.INT4.scalesAt(rows, rowElements);
        graph.constants().versions().require(21);
        OnnxValue narrow = constant(null, DType.I4, pairs(ByteString.copyFrom(codes)), rows, rowElements);
        OnnxValue scales = constant(null, DType.F32, part(in, at, 4 * rows * groups), rows, groups);
        OnnxValue value = graph.node("DequantizeLinear", narrow, scales)
                .integer("axis", 1).integer("block_size", WeightForm.GROUP).out(DType.F32);
        return shape.length == 2
                ? value
                : graph.node("Reshape", value, graph.constants().integers(wide(shape))).out();
    }

    /** Two elements of 4 bits in each byte, as ONNX has them. */
    private static ByteString pairs(ByteString elements) {
        byte[] pairs = new byte[(elements.size() + 1) / 2];
        for (int i = 0; i < elements.size(); i++) {
            pairs[i / 2] |= (byte) ((elements.byteAt(i) & 15) << 4 * (i % 2));
        }
        return ByteString.copyFrom(pairs);
    }

    private static ByteString part(ByteBuffer in, int from, int size) {
        byte[] bytes = new byte[size];
        in.duplicate().position(from).get(bytes);
        return ByteString.copyFrom(bytes);
    }

    private OnnxValue constant(Integer tensor, DType type, ByteString elements, int... shape) {
        OnnxValue value = graph.constants().add(type, Constants.tensor(type, elements, shape));
        if (graph.constants().bytes() > MOST_BYTES) {
            throw new PlanException(tensors.plan().file().name() + ": its weights do not fit into an ONNX file, which"
                    + " ends at 2 GiB; compile with --weights bf16 or int8");
        }
        value.wish(tensor == null ? null : tensors.name(tensor));
        return value;
    }

    WeightForm form(int tensor) {
        return tensors.plan().form(tensor);
    }

    private ByteBuffer bytes(int tensor) {
        return tensors.plan().weight(tensor);
    }

    private int[] shape(int tensor) {
        return tensors.shape(tensor).stream().mapToInt(dim -> (int) dim.constant()).toArray();
    }

    private static long[] wide(int... shape) {
        return Arrays.stream(shape).asLongStream().toArray();
    }

    /** The extents of a shape that has only numbers. */
    static int[] numbers(List<Dim> shape) {
        return shape.stream().mapToInt(dim -> (int) dim.constant()).toArray();
    }
}
