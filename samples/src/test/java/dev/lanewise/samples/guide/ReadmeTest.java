package dev.lanewise.samples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows is code that compiles: the example stands in {@link FifteenLines} word for word. */
class ReadmeTest {

    private static final Path ROOT = Path.of(System.getProperty("lanewise.root", ".."));

    @Test
    void theExampleIsTheOneThatCompiles() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        int begin = readme.indexOf("```java\n");
        assertTrue(begin >= 0, "the README has an example");
        String example = readme.substring(begin + 8, readme.indexOf("```", begin + 8));
        String source = Files.readString(
                ROOT.resolve("samples/src/main/java/dev/lanewise/samples/guide/FifteenLines.java"));
        assertTrue(source.replace("\n        ", "\n").contains(example), "README and FifteenLines differ");
        assertEquals(15, example.lines().filter(line -> !line.isBlank()).count(), "its heading promises fifteen lines");
    }
}
