package dev.lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command says to those who mistype it, before it measures anything. */
class BenchTest {

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Bench.commandLine();
        line.setErr(new PrintWriter(err));
        line.setOut(new PrintWriter(new StringWriter()));
        return line.execute(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "--suite=none, RECURRENT",
        "--row=[, --row",
        "--forks=0, --forks N starts at 1",
        "--frob, --frob"
    })
    void wrongUseIsExitCode2(String argument, String says) {
        assertEquals(2, run(argument));
        assertTrue(err.toString().contains(says), err.toString());
    }

    @Test
    void rowThatDoesNotExistNamesThoseThatDo() {
        assertEquals(2, run("--suite=streams,conv", "--row=frob"));
        assertTrue(err.toString().contains("9 × 3×3 64→64, 32×32"), err.toString());
        assertTrue(err.toString().contains("1,000 streams"), err.toString());
    }

    @Test
    void resultsThatAreNotThereAreAMessage() {
        assertEquals(1, run("--from=none.json"));
        assertTrue(err.toString().contains("none.json"), err.toString());
    }
}
