package dev.lanewise.bench;

import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import java.nio.file.Path;

/** Programs that do nothing but load Silero and give one result: what a start costs. */
final class FirstResult {

    private FirstResult() {}

    /** On scalar kernels, which answer first. */
    static final class Lanewise {
        public static void main(String[] args) throws Exception {
            Model model = Model.load(
                    Path.of(args[0]), LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
            print(SileroStream.lanewise(model));
        }
    }

    static final class OnnxRuntime {
        public static void main(String[] args) throws Exception {
            print(SileroStream.onnxRuntime(Path.of(args[0])));
        }
    }

    private static void print(SileroStream stream) throws Exception {
        float[] silence = new float[SileroStream.CONTEXT + SileroStream.CHUNK];
        System.out.println(stream.next(silence, SileroStream.CONTEXT));
    }
}
