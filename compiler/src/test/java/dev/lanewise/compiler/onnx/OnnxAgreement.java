package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An ONNX model and its inputs: what ONNX Runtime makes of them, and what Lanewise does, by which steps. */
final class OnnxAgreement {

    private static final double RELATIVE = 1e-4;

    /** Steps that only hand on. */
    private static final Set<StepKind> MOVEMENT = Set.of(StepKind.RESHAPE);

    private final String what;
    private final byte[] model;
    private final Map<String, Literal> inputs;
    private final Compiled compiled;

    OnnxAgreement(String what, byte[] model, Map<String, Literal> inputs) {
        this(what, model, inputs, CompileOptions.defaults().autoState(false));
    }

    OnnxAgreement(String what, byte[] model, Map<String, Literal> inputs, CompileOptions options) {
        this.what = what;
        this.model = model;
        this.inputs = inputs;
        this.compiled = Compiler.compile(what, model, null, options);
    }

    /** Compares all outputs: floats within 1e-4 of the larger of the element and the tensor's root mean square. */
    OnnxAgreement agrees() {
        Session session = Model.of(compiled.file(), LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD))
                .newSession();
        try (OnnxRuntime runtime = new OnnxRuntime(model)) {
            Map<String, Literal> given = new HashMap<>(inputs);
            given.keySet().retainAll(session.inputs().stream().map(tensor -> tensor.name()).toList());
            given.forEach((name, value) -> {
                session.input(name).setShape(value.shape());
                Elements.decode(session.input(name), ByteBuffer.wrap(value.encode()));
            });
            session.run();
            runtime.run(given).forEach((name, expected) -> compare(name, expected, Literal.decode(
                    session.output(name).type(), ByteBuffer.wrap(Elements.encode(session.output(name))),
                    session.output(name).shape())));
        } catch (ai.onnxruntime.OrtException e) {
            throw new AssertionError(what + ": ONNX Runtime itself: " + e.getMessage(), e);
        }
        return this;
    }

    private void compare(String name, Literal expected, Literal found) {
        assertArrayEquals(expected.shape(), found.shape(), what + ", output " + name);
        double squares = Arrays.stream(expected.toDoubles()).map(v -> v * v).sum();
        double rms = Math.sqrt(squares / Math.max(1, expected.size()));
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = found.doubleAt(i);
            assertTrue(Math.abs(e - f) <= RELATIVE * Math.max(rms, Math.abs(e)),
                    what + ", output " + name + " element " + i + " is " + f + "; ONNX Runtime has " + e);
        }
    }

    /** Fails unless there are as many steps of a kind, and else only what moves data. */
    OnnxAgreement hasOnly(StepKind kind, int count) {
        List<StepKind> kinds = kinds();
        kinds.removeAll(MOVEMENT);
        assertEquals(Collections.nCopies(count, kind), kinds, what + ": " + compiled.graph().nodes());
        return this;
    }

    /** Fails unless there are as many steps of a kind, among whatever else. */
    OnnxAgreement has(StepKind kind, int count) {
        assertEquals(count, kinds().stream().filter(kind::equals).count(), what + ": " + kinds());
        return this;
    }

    /** The kinds of all steps, those of bodies after the step that runs them. */
    private List<StepKind> kinds() {
        List<StepKind> kinds = new ArrayList<>();
        collect(compiled.file().message().getPrograms(0).getBody(), kinds);
        return kinds;
    }

    private static void collect(BlockProto block, List<StepKind> kinds) {
        for (StepProto step : block.getStepsList()) {
            kinds.add(step.getKind());
            step.getBlocksList().forEach(inner -> collect(inner, kinds));
        }
    }
}
