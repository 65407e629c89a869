package dev.lanewise.samples.evaluate;

import dev.lanewise.samples.data.Scene;
import java.util.List;

/** Captions a picture with the words of that one of a set whose pixels differ least. Immutable. */
public final class NearestPicture {

    /** Pixels are compared in means of squares of so many by so many. */
    private static final int COARSE = 4;

    private final List<List<String>> captions;
    private final List<float[]> seen;

    public NearestPicture(List<Scene> scenes) {
        captions = scenes.stream().map(Scene::caption).toList();
        seen = scenes.stream().map(NearestPicture::coarse).toList();
    }

    /** (SIZE / COARSE, SIZE / COARSE, 3) */
    private static float[] coarse(Scene scene) {
        int side = Scene.SIZE / COARSE;
        float[] means = new float[side * side * 3];
        for (int i = 0; i < scene.pixels().length; i++) {
            int x = i / 3 % Scene.SIZE / COARSE;
            int y = i / 3 / Scene.SIZE / COARSE;
            means[(y * side + x) * 3 + i % 3] += scene.pixels()[i] / (COARSE * COARSE);
        }
        return means;
    }

    /** How it captions pictures. */
    public CaptionScore score(List<Scene> scenes) {
        CaptionScore score = new CaptionScore();
        scenes.forEach(scene -> score.add(scene, caption(scene)));
        return score;
    }

    public List<String> caption(Scene scene) {
        float[] here = coarse(scene);
        int best = 0;
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < seen.size(); i++) {
            float distance = distance(here, seen.get(i));
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return captions.get(best);
    }

    private static float distance(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
