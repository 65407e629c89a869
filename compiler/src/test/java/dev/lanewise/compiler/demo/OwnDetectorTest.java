package dev.lanewise.compiler.demo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the demo shows: the detector does badly beside a kettle, and well once it was tuned to one. */
@Tag("once")
class OwnDetectorTest {

    @Test
    void tuningTeachesTheKettleAndKeepsTheRest() throws IOException {
        OwnDetector detector = OwnDetector.train();
        Hums quiet = OwnDetector.recording(false);
        Hums kitchen = OwnDetector.recording(true);
        assertTrue(detector.right(quiet) > 0.98, "quiet: " + detector.right(quiet));
        assertTrue(detector.right(kitchen) < 0.85, "kitchen, before: " + detector.right(kitchen));
        detector.tuneToKitchen();
        assertTrue(detector.right(kitchen) > 0.93, "kitchen, after: " + detector.right(kitchen));
        assertTrue(detector.right(quiet) > 0.98, "quiet, after: " + detector.right(quiet));
    }
}
