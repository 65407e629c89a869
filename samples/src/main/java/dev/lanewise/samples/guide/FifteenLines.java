package dev.lanewise.samples.guide;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The example of the README, as it is printed there. */
final class FifteenLines {

    private FifteenLines() {}

    static void run(List<float[]> chunks) throws IOException {
        // once, ahead of time: T is at most 512
        CompileOptions options = CompileOptions.defaults().dim("T", 512);
        Compiled compiled = Compiler.compile(Path.of("model.onnx"), options);
        compiled.file().write(Path.of("model.lane"));

        Model model = Model.load(Path.of("model.lane")); // shared by all threads
        Session session = model.newSession(); // one for each thread
        Tensor x = session.input("x"); // views of plain arrays, nothing to close
        Tensor y = session.output("y");
        State alice = model.newState(); // one for each stream: a few arrays
        session.bind(alice);
        for (float[] chunk : chunks) {
            x.set(chunk); // or write into x.floats() yourself
            session.run(); // allocates nothing
            System.out.println(y.get(0));
        }
    }
}
