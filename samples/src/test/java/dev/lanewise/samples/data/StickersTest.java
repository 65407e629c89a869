package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kinds of things: read where there are emoji, drawn where there are none; what is missing is said by name. */
class StickersTest {

    private static void check(Stickers stickers, int kinds) {
        assertEquals(kinds, stickers.names().size());
        assertEquals(kinds, new HashSet<>(stickers.names()).size());
        assertEquals(kinds, stickers.pixels().size());
        for (float[] pixels : stickers.pixels()) {
            float opacity = 0;
            for (int i = 0; i < pixels.length; i += 4) {
                opacity += pixels[i + 3];
                for (int c = 0; c < 3; c++) {
                    assertTrue(pixels[i + c] >= 0 && pixels[i + c] <= pixels[i + 3] && pixels[i + 3] <= 1);
                }
            }
            assertTrue(opacity > 100, "something is there: " + opacity + " pixels");
        }
    }

    @Test
    void shapesAreDrawn() throws IOException {
        check(Stickers.of(Optional.empty(), 60), 25);
        check(Stickers.of(Optional.empty(), 8), 8);
    }

    @Test
    void emojiAreRead() throws IOException {
        Path place = Path.of(System.getProperty("lanewise.data", "absent"));
        Assumptions.assumeTrue(Files.isDirectory(place), "no reference data at " + place);
        Path folder = place.resolve("data/emoji-captions");
        check(Stickers.of(Optional.of(folder), 60), 60);
    }

    @Test
    void whatIsMissingIsNamed(@TempDir Path folder) throws IOException {
        Path captions = Files.writeString(folder.resolve("captions.tsv"), "dog.png\tdog\tpet\n");
        assertEquals(captions + ": has no picture called 'cat'", assertThrows(
                IOException.class, () -> Stickers.of(Optional.of(folder), 1)).getMessage());
        Files.writeString(captions, "cat.png\tcat\tpet\n");
        Path file = Files.createDirectory(folder.resolve("png32")).resolve("cat.png");
        ImageIO.write(new BufferedImage(16, 32, BufferedImage.TYPE_INT_ARGB), "png", file.toFile());
        assertEquals(file + ": is no picture of 32 by 32 pixels", assertThrows(
                IOException.class, () -> Stickers.of(Optional.of(folder), 1)).getMessage());
    }
}
