package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.network.program.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the documentation shows are lines of the programs that are tested, in their order. */
@Tag("once")
class DocumentedProgramsTest {

    private static final Path ROOT = Path.of(System.getProperty("lanewise.root", ".."));
    private static final Path PACKAGE = Path.of("dev/lanewise/compiler/network");

    private static List<String> lines(Stream<String> text) {
        return text.map(line -> line.replaceFirst("^ \\* ?", "").strip()).filter(line -> !line.isEmpty()).toList();
    }

    private static List<List<String>> programs() throws IOException {
        List<List<String>> programs = new ArrayList<>();
        try (Stream<Path> files =
                Files.list(ROOT.resolve("compiler/src/test/java").resolve(PACKAGE).resolve("program"))) {
            for (Path file : files.toList()) {
                programs.add(lines(Files.readString(file).lines()));
            }
        }
        return programs;
    }

    /** Whether all lines are in a program, in order. */
    private static boolean isIn(List<String> block, List<String> program) {
        int at = 0;
        for (String line : program) {
            at += at < block.size() && block.get(at).equals(line) ? 1 : 0;
        }
        return at == block.size();
    }

    private static void check(Path file, String open, String close) throws IOException {
        Matcher blocks = Pattern.compile(open + "\\R(.*?)" + close, Pattern.DOTALL).matcher(Files.readString(file));
        List<List<String>> programs = programs();
        int count = 0;
        for (; blocks.find(); count++) {
            List<String> block = lines(blocks.group(1).lines());
            assertTrue(programs.stream().anyMatch(program -> isIn(block, program)), () -> file + ":\n"
                    + String.join("\n", block));
        }
        assertTrue(count >= 4, file.toString());
    }

    @Test
    void theGuide() throws IOException {
        check(ROOT.resolve("docs/networks.md"), "```java", "```");
    }

    @Test
    void theSummary() throws IOException {
        assertTrue(Files.readString(ROOT.resolve("docs/networks.md")).contains(Encoder.network().summary(0)),
                Encoder.network().summary(0));
    }

    @Test
    void thePackage() throws IOException {
        check(ROOT.resolve("compiler/src/main/java").resolve(PACKAGE).resolve("package-info.java"),
                "<pre>\\{@code", "\\}</pre>");
    }
}
