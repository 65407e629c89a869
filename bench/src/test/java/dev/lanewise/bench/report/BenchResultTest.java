package dev.lanewise.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results of all kinds: what is asked of them, written, read, joined, and shown. */
class BenchResultTest {

    @TempDir private Path folder;

    @Test
    void promisesAreJudgedByTheMedianAndSayHowSureTheyAre() {
        assertTrue(Samples.row("a", 8.0, 8).kept());
        assertFalse(Samples.row("a", 7.9, 8).kept());
        assertTrue(Samples.row("a", 7.9, 8).promises().get(0).sure(), "no round reached it");
        assertTrue(new Promise("", 8, true, 8.1, false).verdict().endsWith("kept, within the noise"));
    }

    /** p99.99 of the empty loop is 1 µs: 1.5 µs and five medians are allowed. */
    @Test
    void latencyIsAllowedSomeOfTheEmptyLoopsAndAFewMedians() {
        LatencyResult result = Samples.latency(15);
        assertEquals(1_500, result.curves().get(1).p9999(), 5);
        assertEquals(1_500 / 1_575.0, result.promises().get(0).found(), 0.01);
        assertTrue(result.kept());
        assertFalse(Samples.latency(20).kept());
        assertEquals(200_000, result.curves().get(1).calls());
    }

    @Test
    void startsAreComparedWithThePeersBest() {
        StartResult result = Samples.start();
        assertEquals(5, result.startRatio());
        assertEquals(2, result.settled());
        assertEquals(2, result.settling());
        assertEquals(List.of(true, true, false), result.promises().stream().map(Promise::kept).toList());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        BenchResult all = Samples.run(Samples.machine("x"), Samples.row("a", 9, 8), Samples.latency(15),
                Samples.start());
        Path file = folder.resolve("all.json");
        all.write(file);
        BenchResult read = BenchResult.read(file);
        assertEquals(MarkdownReport.of(all), MarkdownReport.of(read));
        assertEquals(HtmlReport.of(all), HtmlReport.of(read));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList(), "nothing unfinished remains");
        }
    }

    @Test
    void laterResultsTakeThePlaceOfEarlierOnes() {
        BenchResult first = Samples.run(Samples.machine("x"), Samples.row("a", 1, 8), Samples.row("b", 1, 8));
        BenchResult joined = BenchResult.join(List.of(first, Samples.run(Samples.machine("x"),
                Samples.row("a", 9, 8))));
        assertEquals(2, joined.results().size());
        assertEquals(1, joined.kept());
        assertEquals(2, joined.with(Samples.row("b", 9, 8)).kept());
    }

    @Test
    void differentMachinesAreNotJoined() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> BenchResult.join(
                List.of(Samples.run(Samples.machine("x")), Samples.run(Samples.machine("y")))));
        assertTrue(e.getMessage().contains("different machines"), e.getMessage());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("other.json"), "[1, 2");
        IOException e = assertThrows(IOException.class, () -> BenchResult.read(file));
        assertTrue(e.getMessage().contains("other.json: no results of lanewise bench"), e.getMessage());
    }

    @Test
    void pageSaysFirstWhatFallsShortAndNeedsNothingElse() throws IOException {
        String page = HtmlReport.of(Samples.run(Samples.machine("<script>alert(1)</script>"),
                Samples.row("a row", 7, 8), Samples.latency(15), Samples.start()));
        assertTrue(page.indexOf("Where it falls short") < page.indexOf("How it was measured"));
        assertTrue(page.contains("<li><b>a row</b>: 7.00 times as fast as ONNX Runtime, pinned, at least 8 asked"));
        assertFalse(page.contains("<script"), "what results say is text");
        assertFalse(page.contains("://") || page.contains("url("), "the page fetches nothing");
        assertFalse(page.contains("NaN") || page.contains("Infinity"), "charts have places for all points");
    }

    @Test
    void aLookIsNotAClaim() {
        BenchResult look = new BenchResult(List.of(), "", Samples.machine("x"), Samples.roofline(), 1, 15, List.of());
        assertTrue(MarkdownReport.of(look).contains("A look, not a claim: one process for each row"));
        assertFalse(MarkdownReport.of(Samples.run(Samples.machine("x"))).contains("A look"));
    }
}
