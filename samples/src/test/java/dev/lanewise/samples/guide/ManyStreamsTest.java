package dev.lanewise.samples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The sample counts every input of every stream once. */
class ManyStreamsTest {

    @Test
    void everyStreamHasItsOwnSum() {
        PrintStream out = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            ManyStreams.main(new String[0]);
        } finally {
            System.setOut(out);
        }
        StringBuilder expected = new StringBuilder();
        for (int tick = 1; tick <= 6; tick++) {
            int last = 999 / tick * tick;
            int calls = 0;
            for (int t = 1; t <= tick; t++) {
                calls += last % t == 0 ? 1 : 0;
            }
            expected.append(999 / tick + 1).append(" streams, sum of the last: ").append((float) last * calls)
                    .append(System.lineSeparator());
        }
        assertEquals(expected.toString(), bytes.toString(StandardCharsets.UTF_8));
    }
}
