package dev.lanewise.compiler.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From probabilities to segments. */
@Tag("once")
class SpeechSegmentsTest {

    private static final int MARGIN = 480;

    private static float[] probabilities(int chunks, int... speech) {
        float[] probabilities = new float[chunks];
        for (int i = 0; i < speech.length; i += 2) {
            Arrays.fill(probabilities, speech[i], speech[i + 1], 0.9f);
        }
        return probabilities;
    }

    private static List<SpeechSegments.Segment> segments(float[] probabilities) {
        return SpeechSegments.of(probabilities, probabilities.length * Detector.CHUNK);
    }

    @Test
    void silenceHasNone() {
        assertEquals(List.of(), segments(probabilities(100)));
    }

    @Test
    void segmentsHaveMargins() {
        assertEquals(List.of(new SpeechSegments.Segment(20 * 512 - MARGIN, 40 * 512 + MARGIN)),
                segments(probabilities(100, 20, 40)));
    }

    @Test
    void shortPausesDoNotEndAndShortSpeechDoesNotCount() {
        assertEquals(1, segments(probabilities(100, 20, 40, 43, 60)).size());
        assertEquals(2, segments(probabilities(100, 20, 40, 48, 60)).size());
        assertEquals(0, segments(probabilities(100, 20, 27)).size());
    }

    @Test
    void speechMayReachTheEnd() {
        assertEquals(100 * 512, segments(probabilities(100, 80, 100)).get(0).end());
    }

    @Test
    void betweenTheThresholdsNothingChanges() {
        float[] probabilities = probabilities(100, 20, 40);
        Arrays.fill(probabilities, 40, 60, 0.4f);
        assertEquals(60 * 512 + MARGIN, segments(probabilities).get(0).end());
    }

    @Test
    void theOwnDetectorFindsWhatWasHummed() throws IOException {
        Detector detector = OwnDetector.train().detector(OwnDetector.recording(false));
        Model model = Model.of(detector.compiled().file(), LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
        Listening listening = new Listening(detector, model.newSession(), 1);
        listening.play();
        List<SpeechSegments.Segment> found = SpeechSegments.of(listening.probabilities(), detector.samples().length);
        assertEquals(OwnDetector.HUMS.length, found.size());
        for (int i = 0; i < found.size(); i++) {
            assertTrue(Math.abs(found.get(i).beginSeconds() - OwnDetector.HUMS[i][0]) < 0.1, found.get(i).toString());
            assertTrue(Math.abs(found.get(i).endSeconds() - OwnDetector.HUMS[i][1]) < 0.1, found.get(i).toString());
        }
    }
}
