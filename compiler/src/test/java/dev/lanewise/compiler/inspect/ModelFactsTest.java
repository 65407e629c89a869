package dev.lanewise.compiler.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.demo.Detector;
import dev.lanewise.compiler.demo.OwnDetector;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said of a model against what it does; and the layout of drawings. */
@Tag("once")
class ModelFactsTest {

    @Test
    void multiplyAddsAreThoseThatRunsCount() throws IOException {
        Detector detector = OwnDetector.train().detector(OwnDetector.recording(false));
        ModelFacts facts = ModelFacts.of(detector.compiled().file());
        Session session = Model.of(detector.compiled().file(), LoadOptions.defaults().start(LoadOptions.Start.SCALAR))
                .newSession();
        session.run();
        assertEquals(session.multiplyAdds(), facts.multiplyAdds());
        assertTrue(facts.arenaLowerBound() <= facts.arenaBytes(),
                facts.arenaLowerBound() + " of " + facts.arenaBytes());
        assertEquals(1, facts.states().size());
    }

    @Test
    void layersPutNodesSideBySideAndBelowWhatTheyUse() {
        SplittableRandom random = new SplittableRandom(5);
        int n = 60;
        double[] widths = random.doubles(n, 40, 120).toArray();
        List<int[]> links = new ArrayList<>();
        for (int to = 1; to < n; to++) {
            links.add(new int[] {random.nextInt(Math.max(0, to - 10), to), to});
            links.add(new int[] {random.nextInt(to), to});
        }
        Layers layers = new Layers(widths, links);
        for (int[] link : links) {
            assertTrue(layers.layer(link[0]) < layers.layer(link[1]), "an edge upwards");
        }
        for (int a = 0; a < n; a++) {
            assertTrue(layers.x(a) >= widths[a] / 2 - 1e-9 && layers.x(a) <= layers.width() - widths[a] / 2 + 1e-9);
            for (int b = 0; b < a; b++) {
                double between = Math.abs(layers.x(a) - layers.x(b)) - (widths[a] + widths[b]) / 2;
                assertTrue(layers.layer(a) != layers.layer(b) || between > Layers.GAP - 1e-6, "boxes overlap");
            }
        }
    }
}
