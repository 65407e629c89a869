package dev.lanewise.samples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.samples.data.Scene.Thing;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pictures and their captions: drawn again alike, without doubt, and with what is held out held out. */
class SceneTest {

    private static final Stickers DRAWN = Stickers.drawn();

    private static boolean hasHeldOut(Scene scene) {
        return scene.things().stream().anyMatch(a -> scene.things().stream()
                .anyMatch(b -> a.kind() != b.kind() && Scene.isHeldOut(a.kind(), b.kind())));
    }

    @Test
    void anIndexIsAPicture() {
        Scene scene = Scene.seen(DRAWN, 3, 1, 7);
        assertArrayEquals(scene.pixels(), Scene.seen(DRAWN, 3, 1, 7).pixels());
        assertEquals(scene.things(), Scene.seen(DRAWN, 3, 1, 7).things());
        assertNotEquals(scene.things(), Scene.seen(DRAWN, 3, 1, 8).things());
        assertNotEquals(scene.things(), Scene.seen(DRAWN, 3, 2, 7).things());
        for (float value : scene.pixels()) {
            assertTrue(value >= 0 && value <= 1, "a pixel of " + value);
        }
    }

    @Test
    void noPairOfTheTestIsSeen() {
        for (int i = 0; i < 3000; i++) {
            assertFalse(hasHeldOut(Scene.seen(DRAWN, 3, 1, i)));
            Scene unseen = Scene.unseen(DRAWN, 3, 1, i);
            assertTrue(hasHeldOut(unseen));
            assertTrue(unseen.things().size() >= 2);
        }
    }

    @Test
    void whatIsSaidIsBeyondDoubt() {
        int[] counts = new int[3];
        for (int i = 0; i < 2000; i++) {
            List<Thing> things = Scene.seen(DRAWN, 3, 1, i).things();
            counts[things.size() - 1]++;
            for (int t = 1; t < things.size(); t++) {
                assertTrue(things.get(t).x() - things.get(t - 1).x() >= 8);
                double apart = Math.abs(things.get(t).y() - things.get(t - 1).y());
                assertTrue(apart <= 5 || apart >= 12, "differ in height by " + apart);
            }
        }
        for (int count : counts) {
            assertEquals(2000 / 3.0, count, 100);
        }
    }

    @Test
    void captionsGoFromLeftToRight() {
        Scene scene = new Scene(List.of(new Thing(0, "green apple", 10, 20, 16, 0), new Thing(1, "owl", 30, 40, 16, 0),
                new Thing(2, "cat", 50, 36, 16, 0), new Thing(3, "key", 60, 10, 16, 0)), new float[0]);
        List<String> caption = scene.caption();
        assertEquals("a green apple above an owl beside a cat below a key", String.join(" ", caption));
        assertEquals(List.of("green apple", "owl", "cat", "key"),
                caption.stream().filter(CaptionWords::isName).toList());
    }

    @Test
    void wordsAreNumberedAndBack() {
        CaptionWords words = new CaptionWords(DRAWN);
        List<String> caption = List.of("a", "red ring", "above", "an", "orange cross");
        int[] expected = words.expected(caption);
        assertEquals(caption, Arrays.stream(expected).limit(5).mapToObj(words::word).toList());
        assertEquals(CaptionWords.END, expected[5]);
        int[] before = words.before(caption);
        assertEquals(0, before[0]);
        assertArrayEquals(Arrays.copyOf(expected, 5), Arrays.copyOfRange(before, 1, 6));
    }

    /** A quarter turn of a sticker is the sticker turned; where it is, nothing shines through, and beside it all. */
    @Test
    void stickersAreTurned() {
        float[] sticker = new float[Stickers.SIZE * Stickers.SIZE * 4];
        for (int i = 0; i < Stickers.SIZE * Stickers.SIZE; i++) {
            sticker[4 * i] = i % Stickers.SIZE < Stickers.SIZE / 2 ? 1 : 0; // red on the left
            sticker[4 * i + 3] = 1;
        }
        float[] pixels = new float[Scene.SIZE * Scene.SIZE * 3];
        Arrays.fill(pixels, 0.5f);
        Thing thing = new Thing(0, "half", 32, 32, 20, Math.PI / 2);
        Paint.sticker(pixels, sticker, thing);
        assertEquals(1, pixels[(25 * Scene.SIZE + 30) * 3], 1e-6, "red above");
        assertEquals(0, pixels[(39 * Scene.SIZE + 30) * 3], 1e-6, "none below");
        assertEquals(0, pixels[(25 * Scene.SIZE + 30) * 3 + 1], 1e-6, "not green");
        assertEquals(0.5, pixels[(20 * Scene.SIZE + 30) * 3], 1e-6, "the background");
        assertTrue(thing.covers(23, 41) && !thing.covers(21, 32));
    }
}
