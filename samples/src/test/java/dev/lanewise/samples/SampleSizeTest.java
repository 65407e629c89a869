package dev.lanewise.samples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sample is short enough to be copied: the package of each has fewer than 150 lines of code beside what samples
 * share. Counted are the lines of all of its Java files, without comments (whole lines and blocks), blank lines,
 * {@code package} and {@code import}, and without lines that only close something: brackets, commas and semicolons. The
 * forecasts of {@code series} are a package, and so a sample to copy, of their own.
 */
class SampleSizeTest {

    private static final int FEWER_THAN = 150;
    private static final Path SAMPLES = Path.of(
            System.getProperty("lanewise.root", ".."), "samples/src/main/java/dev/lanewise/samples");
    /** What samples share, or small programs with tests of their own. */
    private static final List<String> SHARED = List.of("cli", "data", "evaluate", "guide", "page");
    private static final Pattern COMMENT_BLOCK = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern NOT_COUNTED = Pattern.compile("//.*|(import|package) .*|[\\])};,]*");

    static List<Path> packages() throws IOException {
        try (Stream<Path> all = Files.list(SAMPLES)) {
            return all.filter(Files::isDirectory)
                    .filter(folder -> !SHARED.contains(folder.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aSampleIsShort(Path folder) throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                lines += COMMENT_BLOCK.matcher(Files.readString(file)).replaceAll("").lines()
                        .filter(line -> !NOT_COUNTED.matcher(line.strip()).matches())
                        .count();
            }
        }
        assertTrue(lines > 0 && lines < FEWER_THAN, folder.getFileName() + ": " + lines + " lines of code");
    }
}
