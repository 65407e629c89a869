package dev.lanewise.compiler.check;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compiles cases for the extents of their data. Inputs whose contents decide extents are pinned to the
 * case's values. Stateless.
 */
public final class CaseCompiler {

    /** Each round may lay open what more must be known; deeper chains were never seen. */
    private static final int PIN_ROUNDS = 4;

    private CaseCompiler() {}

    /**
     * Compiles a case for its first data set.
     *
     * @param weights whether all inputs but the first are constants, as in a trained model
     * @throws CompileException with all that is not supported or does not fit
     */
    public static Compiled compile(TestCase testCase, boolean weights) throws IOException {
        byte[] bytes = Files.readAllBytes(testCase.model());
        OnnxPorts ports = OnnxPorts.of(testCase.name(), bytes);
        Example example = testCase.sets().get(0).read(ports);
        CompileOptions options = options(ports, example);
        for (ValueInfoProto port : weights ? ports.fed().stream().skip(1).toList() : List.<ValueInfoProto>of()) {
            Literal value = example.inputs().get(port.getName());
            options = value == null ? options : options.pin(port.getName(), value);
        }
        return compile(testCase, bytes, options, example, new TreeSet<>());
    }

    /**
     * Compiles a case.
     *
     * @param bytes the model
     * @param pinned receives the names of the inputs that were pinned
     * @throws CompileException with all that is not supported or does not fit
     */
    static Compiled compile(
            TestCase testCase, byte[] bytes, OnnxPorts ports, Example example, Set<String> pinned) {
        return compile(testCase, bytes, options(ports, example), example, pinned);
    }

    private static CompileOptions options(OnnxPorts ports, Example example) {
        CompileOptions options = CompileOptions.defaults().autoState(false);
        for (Map.Entry<String, Integer> bound : bounds(ports, example).entrySet()) {
            options = options.dim(bound.getKey(), bound.getValue());
        }
        for (ValueInfoProto port : ports.fed()) {
            if (example.lengths().containsKey(port.getName())) {
                options = options.length(port.getName(), example.lengths().get(port.getName()));
            }
        }
        return options;
    }

    private static Compiled compile(
            TestCase testCase, byte[] bytes, CompileOptions given, Example example, Set<String> pinned) {
        CompileOptions options = given;
        for (int round = 0; ; round++) {
            try {
                return Compiler.compile(
                        testCase.name(), bytes, testCase.model().toAbsolutePath().getParent(), options);
            } catch (CompileException e) {
                CompileOptions more = pin(options, e, example, pinned);
                if (more == options || round == PIN_ROUNDS) {
                    throw e;
                }
                options = more;
            }
        }
    }

    /** Symbols of the inputs, with the largest extents that the data has. */
    private static Map<String, Integer> bounds(OnnxPorts ports, Example example) {
        Map<String, Integer> bounds = new TreeMap<>();
        for (ValueInfoProto port : OnnxPorts.tensors(ports.fed(), example.lengths())) {
            Literal value = example.inputs().get(port.getName());
            List<TensorShapeProto.Dimension> dims = port.getType().getTensorType().getShape().getDimList();
            for (int axis = 0; value != null && value.rank() == dims.size() && axis < dims.size(); axis++) {
                if (!dims.get(axis).hasDimValue() || dims.get(axis).getDimValue() == -1) {
                    String symbol = dims.get(axis).getDimParam();
                    bounds.merge(symbol.isBlank() ? port.getName() + "." + axis : symbol, value.extent(axis),
                            Math::max);
                }
            }
        }
        return bounds;
    }

    /** The options with more pins, or the same where nothing would be gained. */
    private static CompileOptions pin(
            CompileOptions options, CompileException e, Example example, Set<String> pinned) {
        CompileOptions more = options;
        for (LanewiseException problem : e.problems()) {
            if (problem instanceof PlanException plan) {
                for (String input : plan.pinnable()) {
                    Literal value = example.inputs().get(input);
                    if (value != null && !more.pins().containsKey(input)) {
                        more = more.pin(input, value);
                        pinned.add(input);
                    }
                }
            }
        }
        return more;
    }
}
