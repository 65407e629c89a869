package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParallelTextTest {

    private static void write(Path file, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void readsBothLanguages(@TempDir Path folder) throws IOException {
        write(folder.resolve("val.de.gz"), "Zwei junge weiße Männer.\n Ein Hund. \n");
        write(folder.resolve("val.en.gz"), "Two young, White males.\nA dog.\n");
        ParallelText text = ParallelText.read(folder, "val");
        assertEquals(List.of("Zwei junge weiße Männer.", "Ein Hund."), text.german());
        assertEquals(List.of("Two young, White males.", "A dog."), text.english());
        write(folder.resolve("val.en.gz"), "A dog.\n");
        assertThrows(IllegalArgumentException.class, () -> ParallelText.read(folder, "val"));
    }

    @Test
    void whatIsGeneratedFollowsFromTheSeed() {
        ParallelText text = ParallelText.generated(20, 3, 1);
        assertEquals(20, text.size());
        assertEquals(text, ParallelText.generated(20, 3, 1));
        assertNotEquals(text, ParallelText.generated(20, 3, 2));
        for (int i = 0; i < text.size(); i++) {
            assertEquals(1 + i % 3, text.german().get(i).split(" und ").length);
            assertEquals(1 + i % 3, text.english().get(i).split(" and ").length);
        }
    }

    @Test
    void longPairsAreLeftOut() {
        ParallelText text = new ParallelText(List.of("ab ab ab", "ab"), List.of("ab", "ab"));
        BytePairs pieces = BytePairs.learn(text.german().stream(), 0);
        assertEquals(2, text.dataset(pieces, 9).size());
        assertEquals(1, text.dataset(pieces, 8).size());
        assertEquals(0, text.dataset(pieces, 3).size());
    }
}
