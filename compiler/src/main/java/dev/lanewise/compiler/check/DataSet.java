package dev.lanewise.compiler.check;

import dev.lanewise.compiler.data.NpzFile;
import dev.lanewise.compiler.data.OnnxTensorFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.OnnxSequence;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.UnsupportedOpException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where the values of a case lie; each layout reads them in its own way. */
interface DataSet {

    Example read(OnnxPorts ports) throws IOException;

    /**
     * A folder of {@code input_0.pb}, …, {@code output_0.pb}, …, numbered as the model's ports; inputs in any
     * order where the tensors in them bear the inputs' names, as ONNX Runtime's own runner has it. Names of
     * outputs are not to be trusted.
     */
    record Numbered(Path folder) implements DataSet {

        @Override
        public Example read(OnnxPorts ports) throws IOException {
            List<String> unsupported = new ArrayList<>();
            int count = 0;
            while (Files.exists(folder.resolve("input_" + count + ".pb"))) {
                count++;
            }
            Map<String, Integer> lengths = new LinkedHashMap<>();
            List<ValueInfoProto> inputPorts = ports.inputs(count);
            List<Path> inputFiles = byName(numbered("input_", inputPorts.size()), inputPorts);
            Map<String, Literal> inputs = read(inputFiles, inputPorts, lengths, unsupported);
            List<Path> outputFiles = numbered("output_", ports.outputs().size());
            Map<String, Literal> outputs = read(outputFiles, ports.outputs(), lengths, unsupported);
            return new Example(inputs, outputs, lengths, unsupported);
        }

        private Map<String, Literal> read(
                List<Path> files, List<ValueInfoProto> ports, Map<String, Integer> lengths, List<String> unsupported)
                throws IOException {
            Map<String, Literal> values = new LinkedHashMap<>();
            for (int i = 0; i < ports.size(); i++) {
                ValueInfoProto port = ports.get(i);
                Path file = files.get(i);
                if (!Files.exists(file)) {
                    continue;
                }
                try {
                    switch (port.getType().getValueCase()) {
                        case TENSOR_TYPE -> values.put(port.getName(), typed(OnnxTensorFile.read(file), port));
                        case SEQUENCE_TYPE -> {
                            List<Literal> elements = OnnxTensorFile.readSequence(file);
                            lengths.put(port.getName(), elements.size());
                            for (int e = 0; e < elements.size(); e++) {
                                values.put(OnnxSequence.element(port.getName(), e), elements.get(e));
                            }
                        }
                        default -> unsupported.add("maps and optional values are not supported");
                    }
                } catch (UnsupportedOpException e) {
                    unsupported.add(e.reason());
                }
            }
            return values;
        }

        private List<Path> numbered(String stem, int count) {
            List<Path> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                files.add(folder.resolve(stem + i + ".pb"));
            }
            return files;
        }

        /** The files in the order of the ports, where the tensors in them have exactly the ports' names. */
        private static List<Path> byName(List<Path> files, List<ValueInfoProto> ports) throws IOException {
            Map<String, Path> named = new HashMap<>();
            for (int i = 0; i < files.size(); i++) {
                if (ports.get(i).getType().hasTensorType() && Files.exists(files.get(i))) {
                    named.put(OnnxTensorFile.name(files.get(i)), files.get(i));
                }
            }
            List<String> names = ports.stream().map(ValueInfoProto::getName).toList();
            return named.keySet().equals(Set.copyOf(names)) ? names.stream().map(named::get).toList() : files;
        }

        /** Files of before there was a bfloat16 for them have its bits as uint16. */
        private static Literal typed(Literal value, ValueInfoProto port) {
            boolean bits = value.type() == DType.U16
                    && OnnxTensors.type(port.getType().getTensorType().getElemType()) == DType.BF16;
            return bits ? Literal.decode(DType.BF16, ByteBuffer.wrap(value.encode()), value.shape()) : value;
        }
    }

    /** {@code io.npz}: the arrays are named as the model's ports. */
    record Archive(Path file) implements DataSet {

        @Override
        public Example read(OnnxPorts ports) throws IOException {
            Map<String, Literal> arrays = NpzFile.read(file);
            return new Example(named(arrays, ports.fed()), named(arrays, ports.outputs()), Map.of(),
                    List.of());
        }

        private static Map<String, Literal> named(Map<String, Literal> arrays, List<ValueInfoProto> ports) {
            Map<String, Literal> values = new LinkedHashMap<>();
            for (ValueInfoProto port : ports) {
                if (arrays.containsKey(port.getName())) {
                    values.put(port.getName(), arrays.get(port.getName()));
                }
            }
            return values;
        }
    }

    /**
     * Only outputs are stored. Element i of n of each input is i/n, as the runner of the ONNX project
     * has it for its light models.
     */
    record Ramp(Path output) implements DataSet {

        private static final long LARGEST = 1 << 28;

        @Override
        public Example read(OnnxPorts ports) throws IOException {
            Map<String, Literal> inputs = new LinkedHashMap<>();
            for (ValueInfoProto port : ports.fed()) {
                List<TensorShapeProto.Dimension> dims = port.getType().getTensorType().getShape().getDimList();
                long size = 1;
                int[] shape = new int[dims.size()];
                for (int axis = 0; axis < shape.length; axis++) {
                    long extent = dims.get(axis).getDimValue();
                    if (extent < 1 || (size *= extent) > LARGEST) {
                        throw new FormatException(output.toString(), port.getName(), "the input's shape must be fixed");
                    }
                    shape[axis] = (int) extent;
                }
                float[] values = new float[(int) size];
                for (int i = 0; i < size; i++) {
                    values[i] = (float) ((double) i / size);
                }
                inputs.put(port.getName(), Literal.of(values, shape));
            }
            String first = ports.outputs().get(0).getName();
            return new Example(inputs, Map.of(first, OnnxTensorFile.read(output)), Map.of(), List.of());
        }
    }
}
