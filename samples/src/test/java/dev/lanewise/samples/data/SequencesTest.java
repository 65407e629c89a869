package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of series, and the folds that they are cut into. */
class SequencesTest {

    @TempDir private Path folder;

    private Sequences read(String... lines) throws IOException {
        return TimeSeriesFile.read(Files.write(folder.resolve("Small_TRAIN.ts"), List.of(lines)));
    }

    @Test
    void channelsStandSideBySideAtEachStep() throws IOException {
        Sequences data = read("# a remark", "@classLabel true walk run", "@data", "1,2,3:4,5,6:run", "7:8:walk");
        assertEquals("Small", data.title());
        assertEquals(List.of("walk", "run"), data.classes());
        assertEquals(2, data.channels());
        assertEquals(3, data.longest());
        assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, data.x()[0]);
        assertArrayEquals(new int[] {1, 0}, data.labels());
    }

    @Test
    void whatIsWrongIsNamedWithItsLine() {
        assertTrue(message("@classLabel true a", "1,2:b").contains("line 2: 1 channels and the class 'b'"));
        assertTrue(message("@classLabel true a", "1,2:3:a").contains("line 2: channels of 2 and 1 steps"));
        assertTrue(message("@classLabel true a", "1,x:a").contains("line 2: 'x' is no number"));
        assertTrue(message("# nothing").contains("no sequences with classes"));
    }

    private String message(String... lines) {
        return assertThrows(FormatException.class, () -> read(lines)).getMessage();
    }

    @Test
    void eachSequenceIsHeldOutOnceAndEachFoldHasAllClasses() {
        Sequences data = Sequences.generated("waves", 3, 2, 12, 1);
        int held = 0;
        for (int fold = 0; fold < 5; fold++) {
            Sequences part = data.fold(fold, 5);
            held += part.size();
            assertEquals(data.size(), part.size() + data.without(fold, 5).size());
            assertEquals(3, Arrays.stream(part.labels()).distinct().count());
        }
        assertEquals(data.size(), held);
    }
}
