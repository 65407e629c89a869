package dev.lanewise.samples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What docs/streaming.md shows is the sample word for word, and what it prints. */
class StreamingTest {

    private static final Path ROOT = Path.of(System.getProperty("lanewise.root", ".."));

    @Test
    void thePageShowsTheSampleAndItsOutput() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/streaming.md"));
        String source = Files.readString(
                ROOT.resolve("samples/src/main/java/dev/lanewise/samples/guide/Streaming.java"));
        int begin = page.indexOf("```java\n") + "```java\n".length();
        int end = page.indexOf("```\n", begin);
        assertTrue(source.replace("\n        ", "\n").contains(page.substring(begin, end)), "page and sample differ");
        int shown = page.indexOf("```\n", end + 4) + 4;
        assertEquals(page.substring(shown, page.indexOf("```\n", shown)), printed());
    }

    private static String printed() {
        PrintStream out = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            Streaming.main(new String[0]);
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
