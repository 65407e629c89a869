package dev.lanewise.compiler.model;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model compiled, written, read back and run by Lanewise, with inputs and outputs as literals. */
final class Lane {

    final Compiled compiled;
    final Session session;

    Lane(Path model, CompileOptions options) throws IOException {
        compiled = Compiler.compile(model, options);
        ModelFile file = ModelFile.read(model + ".lane", compiled.file().toBytes());
        session = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
    }

    /** How many steps of a kind the plan has, blocks included where they are not nested. */
    long steps(StepKind kind) {
        return steps().stream().filter(step -> step.getKind() == kind).count();
    }

    List<StepProto> steps() {
        return compiled.file().message().getPrograms(0).getBody().getStepsList();
    }

    void run(Map<String, Literal> inputs) {
        inputs.forEach((name, value) -> set(session.input(name), value));
        session.run();
    }

    private static void set(Tensor tensor, Literal value) {
        tensor.setShape(value.shape());
        int n = value.size();
        ByteBuffer bytes = ByteBuffer.wrap(bytes(value)).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.type().storage()) {
            case FLOATS -> bytes.asFloatBuffer().get(tensor.floats(), tensor.offset(), n);
            case DOUBLES -> bytes.asDoubleBuffer().get(tensor.doubles(), tensor.offset(), n);
            case LONGS -> bytes.asLongBuffer().get(tensor.longs(), tensor.offset(), n);
            case INTS -> bytes.asIntBuffer().get(tensor.ints(), tensor.offset(), n);
            case SHORTS -> bytes.asShortBuffer().get(tensor.shorts(), tensor.offset(), n);
            case BYTES -> bytes.get(tensor.bytes(), tensor.offset(), n);
        }
    }

    /** All elements, little-endian, also where they are one value. */
    static byte[] bytes(Literal literal) {
        return literal.isSplat()
                ? Literal.of(literal.type(), literal.toDoubles(), literal.shape()).encode()
                : literal.encode();
    }

    Literal output(String name) {
        Tensor tensor = session.output(name);
        int n = tensor.size();
        int from = tensor.offset();
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = switch (tensor.type().storage()) {
                case FLOATS -> tensor.floats()[from + i];
                case DOUBLES -> tensor.doubles()[from + i];
                case LONGS -> tensor.longs()[from + i];
                case INTS -> tensor.ints()[from + i];
                case SHORTS -> tensor.shorts()[from + i];
                case BYTES -> tensor.bytes()[from + i];
            };
        }
        return Literal.of(tensor.type(), values, tensor.shape());
    }
}
