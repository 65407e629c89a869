package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.samples.data.MovieReviews.Review;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers of texts: what stands in the files is what comes out, and nothing that is held out is trained on. */
class TextDataTest {

    @TempDir private Path folder;

    /** A folder of the reference data; where there are any, it must be among them. */
    private static Path data(String name) {
        Path place = Path.of(System.getProperty("lanewise.data", "absent"));
        Assumptions.assumeTrue(Files.isDirectory(place), "no reference data at " + place);
        Path folder = place.resolve("data").resolve(name);
        assertTrue(Files.isDirectory(folder), "no folder " + folder);
        return folder;
    }

    @Test
    void frequentWordsHaveLowIds() {
        Vocabulary words = Vocabulary.of(Stream.of("b", "a", "c", "c", "a", "c", "once"), 2);
        assertEquals(4, words.size());
        assertArrayEquals(new int[] {2, 3, 1, 1}, words.ids(List.of("c", "a", "once", "never")));
        assertEquals("a", words.word(3));
    }

    @Test
    void reviewsAreSplitByTheirPlace() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append("line ").append(i).append(" caf\u00e9 .\n");
        }
        for (String kind : List.of("neg", "pos")) {
            Files.writeString(folder.resolve("rt-polarity." + kind), kind + " " + lines, StandardCharsets.ISO_8859_1);
        }
        MovieReviews reviews = MovieReviews.read(folder);
        assertEquals(36, reviews.train().size());
        assertEquals(new Review(List.of("neg", "line", "0", "café", "."), 0), reviews.test().get(0));
        assertEquals(new Review(List.of("line", "10", "café", "."), 1), reviews.test().get(3));
        assertThrows(UncheckedIOException.class, () -> MovieReviews.read(folder.resolve("nowhere")));
    }

    @Test
    void reviewsAsTheyArePublished() {
        MovieReviews reviews = MovieReviews.read(data("movie-reviews"));
        assertEquals(8634, reviews.train().size());
        assertEquals(960, reviews.test().size());
        assertEquals(480, reviews.test().stream().mapToInt(Review::label).sum());
    }

    private void write(String name, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String row(String id, String word, String tag) {
        return String.join("\t", id, word, "_", tag, "_", "_", "_", "_", "_", "_") + "\n";
    }

    @Test
    void wordsThatStandForSeveralAreNoWords() throws IOException {
        write("en_ewt-train-half.conllu.gz", "# text = I don't\n" + row("1", "I", "PRON") + row("2-3", "don't", "_")
                + row("2", "do", "AUX") + row("3", "n't", "PART") + row("3.1", "go", "VERB") + "\n"
                + row("1", "Yes", "INTJ") + "\n");
        write("en_ewt-ud-dev.conllu.gz", row("1", "No", "INTJ") + "\n");
        TaggedText text = TaggedText.read(folder);
        assertEquals(List.of("I", "do", "n't"), text.train().get(0).words());
        assertEquals(List.of("PRON", "AUX", "PART"), TaggedText.names(text.train().get(0).tags()));
        assertEquals(2, text.train().size());
        assertEquals(1, text.held().size());
        assertEquals(1 - 4 / 6.0, text.padding(2), 1e-12);
        write("en_ewt-ud-dev.conllu.gz", row("1", "No", "NO") + "\n");
        String message = assertThrows(UncheckedIOException.class, () -> TaggedText.read(folder)).getMessage();
        assertTrue(message.contains("'NO' of the word 'No'"), message);
    }

    @Test
    void sentencesAsTheyArePublished() {
        TaggedText text = TaggedText.read(data("pos-ud-ewt"));
        assertEquals(6569, text.train().size());
        assertEquals(2001, text.held().size());
        assertEquals(List.of("From", "the", "AP", "comes", "this", "story", ":"), text.held().get(0).words());
    }

    @Test
    void theEndOfATextIsHeldOut() throws IOException {
        String whole = "0123456789".repeat(10) + "the end of it";
        Files.writeString(folder.resolve("input.txt"), whole);
        PlainText text = PlainText.read(folder, false);
        assertEquals(whole.length(), text.train().length + text.held().length);
        assertEquals("t", text.characters().word(text.held()[text.held().length - 1]));
        assertTrue(text.about().contains("99 characters to train, 14 held out"), text.about());
    }

    /** What is made where there is no data: seeded, of both kinds, and no word of the tests unknown. */
    @Test
    void generatedSetsCanBeLearned() {
        MovieReviews reviews = MovieReviews.generated(1);
        assertEquals(reviews, MovieReviews.generated(1));
        Set<String> known = new HashSet<>();
        reviews.train().forEach(review -> known.addAll(review.words()));
        reviews.test().forEach(review -> assertTrue(known.containsAll(review.words())));
        assertEquals(100, TaggedText.generated(2).held().size());
        assertArrayEquals(PlainText.generated(3).ids(), PlainText.generated(3).ids());
    }
}
