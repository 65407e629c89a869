package dev.lanewise.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import dev.lanewise.samples.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command that runs samples, and each sample in its quick form: it keeps what it promises, in under a minute. */
class SampleCommandTest {

    private static final long MOST_SECONDS = 60;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = SampleCommand.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }

    @Test
    void theListHasALineForEach() {
        assertEquals(0, run("--list"));
        assertTrue(out.toString().lines().allMatch(line -> line.length() <= 120), out.toString());
        for (String name : new String[] {"sentiment ", "memory ", "tagging ", "language-model ", "captioning "}) {
            assertTrue(out.toString().contains(name), out.toString());
        }
    }

    @Test
    void aWrongNameNamesTheRightOnes() {
        assertEquals(2, run("memories"));
        assertTrue(err.toString().contains("no sample is called 'memories'; there are "), err.toString());
        assertTrue(err.toString().contains(", memory, "), err.toString());
        assertEquals(2, run("memory", "--epochs", "-1"));
        assertEquals(2, run());
    }

    @Test
    void dataIsLookedForWhereItIsSaidToBe(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("data").resolve("movie-reviews"));
        Setting setting = new Setting(1, true, 0, folder, folder, new PrintWriter(out));
        assertEquals(folder.resolve("data").resolve("movie-reviews"), setting.find("movie-reviews").orElseThrow());
        String message =
                assertThrows(IllegalArgumentException.class, () -> setting.find("nothing")).getMessage();
        assertTrue(message.contains("has no folder 'nothing'"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "sentiment", "spoken-digits", "memory", "tagging", "series", "language-model", "translation", "captioning",
        "positions"
    })
    @Tag("full")
    void quickSamplesKeepTheirPromises(String name, @TempDir Path folder) throws IOException {
        OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long begin = System.nanoTime();
        long busy = process.getProcessCpuTime();
        int status = run(name, "--quick", "--out", folder.toString());
        // where others take the processors, what it took of them tells how long it would take alone
        double seconds = Math.min(System.nanoTime() - begin, process.getProcessCpuTime() - busy) * 1e-9;
        assertEquals(0, status, out + "\n" + err);
        assertTrue(seconds < MOST_SECONDS, seconds + " s");
        assertFalse(out.toString().contains("MISSED"), out.toString());
        String page = Files.readString(folder.resolve(name + ".html"))
                .replaceAll("data:image/png;base64,[A-Za-z0-9+/=]+", "a picture");
        assertTrue(page.contains("Seed 1, quick"), "the page states its seed");
        assertFalse(Pattern.compile("https?:|src=|url\\(").matcher(page).find(), "the page loads nothing");
        assertFalse(page.contains("NaN") || page.contains("Infinity"), "every number is one");
    }
}
