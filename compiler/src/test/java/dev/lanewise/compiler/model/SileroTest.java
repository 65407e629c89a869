package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The speech detector: convolutions and an LSTM, streamed with carried state against ONNX Runtime. */
class SileroTest {

    private static final String MODEL = "models/silero-vad/silero_vad_16k_op15.onnx";
    private static final String WAV = "models/silero-vad/test_first20s.wav";

    /** New samples of a call; the 64 before them are heard again. */
    private static final int CHUNK = 512;

    private static final int CONTEXT = 64;
    private static final int CHUNKS = 20;

    private static CompileOptions options() {
        return CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", CHUNK + CONTEXT, CHUNK + CONTEXT)
                .pin("sr", Literal.scalar(16_000));
    }

    @Test
    void streamsAsOnnxRuntimeDoes() throws Exception {
        if (!ReferenceData.has(MODEL)) {
            return;
        }
        float[] samples = samples();
        Lane lane = new Lane(ReferenceData.path(MODEL), options());
        assertEquals(List.of("output"), lane.session.model().outputNames());
        assertEquals(List.of("state"), lane.session.model().stateNames());
        Agreement agreement = new Agreement("silero");
        try (OnnxRuntime runtime = new OnnxRuntime(ReferenceData.path(MODEL))) {
            Literal state = Literal.splat(DType.F32, 0, 2, 1, 128);
            float[] window = new float[CONTEXT + CHUNK];
            for (int i = 0; i < CHUNKS; i++) {
                System.arraycopy(window, CHUNK, window, 0, CONTEXT);
                System.arraycopy(samples, i * CHUNK, window, CONTEXT, CHUNK);
                Literal input = Literal.of(window.clone(), 1, window.length);
                Map<String, Literal> expected =
                        runtime.run(Map.of("input", input, "state", state, "sr", Literal.scalar(16_000)));
                state = expected.get("stateN");
                lane.run(Map.of("input", input));
                agreement.compare("chunk " + i, expected.get("output"), lane.output("output"));
            }
        }
        assertEquals(CHUNKS, agreement.compared());
        System.out.println(agreement);
    }

    /**
     * The model is for windows of one length, whose sounds it mirrors at their ends and sums up to one number: it
     * streams window by window, by its state, and refuses to take one window in pieces.
     */
    @Test
    void oneWindowIsNoStream() throws Exception {
        if (!ReferenceData.has(MODEL)) {
            return;
        }
        CompileOptions pieces = CompileOptions.defaults().dim("batch", 1, 1).pin("sr", Literal.scalar(16_000));
        assertRefuses("'/model/encoder/2/reparam_conv/Conv", "it takes sequences of 1 frame alone",
                pieces.dim("sequence", CHUNK + CONTEXT).stream(new StreamAxis("input:1", 0)));
        assertRefuses("'/model/decoder/If'", "pin the condition",
                pieces.dim("sequence", 1, CHUNK + CONTEXT).stream(new StreamAxis("sequence", 0)));
    }

    private static void assertRefuses(String node, String reason, CompileOptions options) {
        String message = assertThrows(
                CompileException.class, () -> new Lane(ReferenceData.path(MODEL), options)).getMessage();
        assertTrue(message.contains(node) && message.contains(reason), message);
    }

    @Test
    void nothingIsMovedThatNeedNotBe() throws Exception {
        if (!ReferenceData.has(MODEL)) {
            return;
        }
        Lane lane = new Lane(ReferenceData.path(MODEL), options());
        assertEquals(0, lane.steps(StepKind.TRANSPOSE));
        assertEquals(1, lane.steps(StepKind.LSTM));
        assertEquals(6, lane.steps(StepKind.CONV));
        // two squares and a root make magnitudes of the spectrum; the rectifiers are those of the
        // convolutions, but for the one behind the LSTM
        assertEquals(4, lane.steps(StepKind.UNARY));
    }

    /** 16-bit samples of a wav file as floats. */
    private static float[] samples() throws Exception {
        ByteBuffer wav = ByteBuffer.wrap(Files.readAllBytes(ReferenceData.path(WAV))).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (!(wav.get(at) == 'd' && wav.get(at + 1) == 'a')) {
            at += 8 + wav.getInt(at + 4);
        }
        float[] samples = new float[CHUNK * CHUNKS];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = wav.getShort(at + 8 + 2 * i) / 32768f;
        }
        return samples;
    }
}
