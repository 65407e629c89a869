package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A causal Transformer that takes a sequence call by call gives what it gives of the whole. */
class CachedAttentionTest {

    private static final int SIZE = 8;
    private static final int LONGEST = 12;

    private enum Where { SINUSOIDAL, LEARNED, ROTARY }

    /** @param past {@code null} for the whole sequence in one call */
    private static Network network(NetworkBuilder net, Where where, Dim time, Dim past) {
        Tensor x = net.input("x", DType.F32, Dim.ONE, time, Dim.of(SIZE));
        Dim first = past == null ? Dim.ZERO : past;
        x = switch (where) {
            case SINUSOIDAL -> x.then(SinusoidalPositions.of("positions", LONGEST).from(first));
            case LEARNED -> x.then(LearnedPositions.of("positions", LONGEST).from(first));
            case ROTARY -> x;
        };
        for (int i = 0; i < 2; i++) {
            TransformerEncoderLayer layer = TransformerEncoderLayer.of("layer." + i, 2, 16).preNorm().causal();
            layer = where == Where.ROTARY ? layer.rotary(LONGEST) : layer;
            x = past == null ? layer.apply(x, null) : layer.cached(x, past);
        }
        net.output("y", x);
        return net.build();
    }

    private static Session session(Network network) {
        return Model.of(Compiler.compile("cached", network, CompileOptions.defaults()).file(), LoadOptions.defaults())
                .newSession();
    }

    private static float[] run(Session session, float[] x, int from, int steps) {
        session.input("x").setShape(1, steps, SIZE);
        session.input("x").set(x, from * SIZE);
        session.run();
        var y = session.output("y");
        return Arrays.copyOfRange(y.floats(), y.offset(), y.offset() + y.size());
    }

    @ParameterizedTest
    @EnumSource
    void callByCallIsAsTheWhole(Where where) {
        Network whole = network(Network.builder(3), where, Dim.upTo("time", LONGEST), null);
        Session cached = session(network(whole.sibling(), where, Dim.upTo("time", 3), Dim.symbol("past", 0, LONGEST)));
        Random random = new Random(5);
        float[] x = new float[LONGEST * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] expected = run(session(whole), x, 0, LONGEST);
        for (int round = 0; round < 2; round++) {
            int from = 0;
            for (int steps : new int[] {1, 3, 2, 1, 1, 2, 2}) {
                float[] found = run(cached, x, from, steps);
                assertArrayEquals(
                        Arrays.copyOfRange(expected, from * SIZE, (from + steps) * SIZE), found, 2e-6f,
                        where + " " + from);
                from += steps;
            }
            assertEquals(LONGEST, from);
            assertThrows(LanewiseException.class, () -> run(cached, x, 0, 1));
            cached.state().reset();
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        NetworkBuilder net = Network.builder(1);
        Tensor x = net.input("x", DType.F32, Dim.ONE, Dim.ONE, Dim.of(SIZE));
        Dim past = Dim.symbol("past", 0, 9);
        assertThrows(ShapeException.class, () -> MultiHeadAttention.of("open", 2).cached(x, past));
        assertThrows(ShapeException.class, () -> x.then(LearnedPositions.of("few", 8).from(past)));
    }
}
