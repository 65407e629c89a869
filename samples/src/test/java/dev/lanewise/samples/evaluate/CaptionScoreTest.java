package dev.lanewise.samples.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.samples.data.Scene;
import dev.lanewise.samples.data.Scene.Thing;
import dev.lanewise.samples.data.Stickers;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Captions by their words, and by the nearest picture. */
class CaptionScoreTest {

    @Test
    void theNearestPictureIsItself() throws IOException {
        Stickers drawn = Stickers.of(Optional.empty(), 8);
        List<Scene> scenes = List.of(
                Scene.seen(drawn, 3, 1, 0), Scene.seen(drawn, 3, 1, 1), Scene.seen(drawn, 3, 1, 2));
        NearestPicture nearest = new NearestPicture(scenes);
        scenes.forEach(scene -> assertEquals(scene.caption(), nearest.caption(scene)));
    }

    @Test
    void captionsAreScored() {
        Scene scene = new Scene(
                List.of(new Thing(0, "red ring", 12, 12, 16, 0), new Thing(1, "owl", 40, 40, 16, 0)), new float[0]);
        CaptionScore score = new CaptionScore();
        score.add(scene, scene.caption());
        score.add(scene, List.of("a", "red ring", "beside", "a", "cat"));
        assertEquals(0.5, score.exact());
        assertEquals(0.75, score.named());
    }
}
