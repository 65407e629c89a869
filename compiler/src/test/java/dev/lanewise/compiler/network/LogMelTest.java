package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import org.junit.jupiter.api.Test;

/** Features inside a model against the sums that define them, in double precision. */
class LogMelTest {

    private static final int RATE = 8000;
    private static final int WINDOW = 200;
    private static final int HOP = 80;
    private static final int BANDS = 24;

    /** The logarithm of a band's energy in the frame that begins at a sample. */
    private static double band(float[] samples, int from, int band) {
        double most = 1127 * Math.log1p(RATE / 2.0 / 700);
        double sum = 0;
        for (int bin = 1; bin <= WINDOW / 2; bin++) {
            double re = 0;
            double im = 0;
            for (int t = 0; t < WINDOW; t++) {
                double value = samples[from + t] * (0.5 - 0.5 * Math.cos(2 * Math.PI * t / WINDOW));
                re += value * Math.cos(2 * Math.PI * bin * t / WINDOW);
                im += value * Math.sin(2 * Math.PI * bin * t / WINDOW);
            }
            double place = 1127 * Math.log1p((double) bin * RATE / WINDOW / 700) / most * (BANDS + 1);
            sum += Math.max(0, 1 - Math.abs(place - band - 1)) * (re * re + im * im) / (WINDOW * 3 / 8.0);
        }
        return Math.log(sum + LogMel.LEAST);
    }

    @Test
    void bandsAreThoseOfTheirDefinition() {
        float[] samples = new float[WINDOW + 2 * HOP];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(i * 0.4) + 0.1 * Math.sin(i * 1.7) * i / samples.length);
        }
        NetworkBuilder net = Network.builder(1);
        net.output("y", net.input("x", DType.F32, Dim.ONE, Dim.of(samples.length), Dim.ONE)
                .then(LogMel.of("features", RATE, WINDOW, HOP, BANDS)));
        Session session = Model.of(Compiler.compile("features", net.build(), CompileOptions.defaults()).file(),
                        LoadOptions.defaults())
                .newSession();
        session.input("x").set(samples);
        session.run();
        var y = session.output("y");
        assertEquals(3 * BANDS, y.size());
        for (int i = 0; i < y.size(); i++) {
            assertEquals(band(samples, i / BANDS * HOP, i % BANDS), y.get(i), 1e-3, "element " + i);
        }
    }
}
