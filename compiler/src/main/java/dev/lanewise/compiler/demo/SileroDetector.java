package dev.lanewise.compiler.demo;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.data.WavFile;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Silero's speech detector for 16 kHz (convolutions and an LSTM), with its recording of 20 seconds. */
public final class SileroDetector {

    private static final String MODEL = "models/silero-vad/silero_vad_16k_op15.onnx";
    private static final String RECORDING = "models/silero-vad/test_first20s.wav";

    private SileroDetector() {}

    public static boolean isIn(Path data) {
        return Files.isRegularFile(data.resolve(MODEL)) && Files.isRegularFile(data.resolve(RECORDING));
    }

    /** Compiles it for one stream of chunks of fixed length. */
    public static Detector read(Path data) throws IOException {
        WavFile recording = WavFile.read(data.resolve(RECORDING));
        if (recording.rate() != Detector.RATE) {
            throw new FormatException(RECORDING, "fmt",
                    recording.rate() + " samples per second, expected " + Detector.RATE);
        }
        int window = Detector.CONTEXT + Detector.CHUNK;
        CompileOptions options = CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", window, window)
                .pin("sr", Literal.scalar((long) Detector.RATE));
        return new Detector("Silero's speech detector, and its recording", Compiler.compile(data.resolve(MODEL),
                options),
                recording.samples());
    }
}
