package dev.lanewise.samples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java of docs/lecture.md is lines of a sample, in their order. */
class LectureTest {

    private static final Path ROOT = Path.of(System.getProperty("lanewise.root", ".."));

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private static boolean isIn(List<String> block, List<String> program) {
        int at = 0;
        for (String line : program) {
            at += at < block.size() && block.get(at).equals(line) ? 1 : 0;
        }
        return at == block.size();
    }

    @Test
    void blocksAreLinesOfSamples() throws IOException {
        List<List<String>> programs;
        try (Stream<Path> files = Files.walk(ROOT.resolve("samples/src/main/java/dev/lanewise/samples"))) {
            programs = files.filter(Files::isRegularFile).map(LectureTest::read).map(LectureTest::lines).toList();
        }
        Matcher blocks = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL)
                .matcher(read(ROOT.resolve("docs/lecture.md")));
        int count = 0;
        for (; blocks.find(); count++) {
            List<String> block = lines(blocks.group(1));
            assertTrue(programs.stream().anyMatch(program -> isIn(block, program)), blocks.group(1));
        }
        assertTrue(count >= 6, count + " blocks");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
