package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A compiled model in one session on chosen kernels, with inputs and outputs as literals. */
final class Lanes {

    private final Session session;

    Lanes(ModelFile file, LoadOptions.Start start) {
        session = Model.of(file, LoadOptions.defaults().start(start)).newSession();
    }

    Map<String, Literal> run(Map<String, Literal> data) {
        for (Tensor input : session.inputs()) {
            input.setShape(data.get(input.name()).shape());
        }
        for (Tensor input : session.inputs()) {
            Elements.decode(input, ByteBuffer.wrap(data.get(input.name()).encode()));
        }
        session.run();
        Map<String, Literal> outputs = new LinkedHashMap<>();
        for (Tensor output : session.outputs()) {
            outputs.put(output.name(),
                    Literal.decode(output.type(), ByteBuffer.wrap(Elements.encode(output)), output.shape()));
        }
        return outputs;
    }
}
