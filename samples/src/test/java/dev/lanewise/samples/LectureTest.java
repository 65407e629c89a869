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

/** The Java of docs/lecture.md is lines of a sample, in their order; and no topic lacks a part. */
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

    /** A topic is a section; what it goes into in more depth belongs to it. */
    @Test
    void eachTopicHasFormulaJavaPictureAndCommand() {
        String[] topics = read(ROOT.resolve("docs/lecture.md")).split("\\R## ");
        assertTrue(topics.length > 15, topics.length - 1 + " topics");
        for (int i = 1; i < topics.length; i++) {
            String heading = topics[i].lines().findFirst().orElseThrow();
            assertTrue(Pattern.compile("```\\R[^`]+=[^`]+```").matcher(topics[i]).find(), heading + ": a formula");
            assertTrue(topics[i].contains("```java"), heading + ": the Java that is it");
            assertTrue(Pattern.compile("`\\./lanewise sample\\s+[a-z-]+`").matcher(topics[i]).find(),
                    heading + ": a command");
            assertTrue(topics[i].contains("](lecture/"), heading + ": a picture");
        }
    }

    @Test
    void picturesAreThere() {
        Matcher pictures = Pattern.compile("!\\[[^\\]]+\\]\\(([^)]+)\\)")
                .matcher(read(ROOT.resolve("docs/lecture.md")));
        int count = 0;
        for (; pictures.find(); count++) {
            Path file = ROOT.resolve("docs").resolve(pictures.group(1));
            assertTrue(Files.isRegularFile(file), file + " is missing");
            assertTrue(read(file).contains("prefers-color-scheme: dark"), file + " is for light and dark");
        }
        assertTrue(count >= 15, count + " pictures");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
