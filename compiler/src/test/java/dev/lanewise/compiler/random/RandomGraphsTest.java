package dev.lanewise.compiler.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random graphs agree with ONNX Runtime and with the double reference, on scalar and vector kernels to the bit.
 * Property {@code lanewise.random} is one seed, or two with {@code ..} between them.
 */
@Tag("once")
class RandomGraphsTest {

    private static final int FEW = 300;
    private static final int MANY = 20_000;

    private static final String CHOSEN = System.getProperty("lanewise.random", "0.." + (FEW - 1));

    @Test
    void someGraphsAgree() {
        int dots = CHOSEN.indexOf("..");
        long first = Long.parseLong(dots < 0 ? CHOSEN : CHOSEN.substring(0, dots));
        long last = dots < 0 ? first : Long.parseLong(CHOSEN.substring(dots + 2));
        agree(first, last);
    }

    /** Graphs that once showed an error, beyond the few that always run. */
    @ParameterizedTest
    @ValueSource(longs = {
        3705, // a convolution's output less 0.5, compared with itself
        7773, // an extent that its symbol's bounds fix at 1, broadcast against another
        9352, // the same, against a number
        11450, // an extent that can be 1 or 2 against 6: it is 1
        13971, // -1 of a reshape whose kept extents are long expressions
        16565, // the smallest of norms of equal numbers, of which few means are rounded
        17535, // auto_pad with a stride over a symbolic extent
        19794, // a floor of ONNX Runtime's hyperbolic tangent, beyond 1 at one place of hundreds
        26167, // a sine of a sum that a scan carries
        38883, // indices of equal constants that ONNX Runtime's sine tells apart, vector from tail
        39207, // two symbolic extents, one of which is 1 whenever they are not equal
        48206, // an element and the zero point, rounded apart at a half that saturation puts both on
        62501, // a bias of 17 rows of no elements
        70451, // a layer's norm of two elements, which only the mean's own rounding moves
        100342, // the sign of what ONNX Runtime's LSTM takes for 0
        103058, // a zero point and an element, both at a half, whose scale noise moved to one side
        1002276, // a hyperbolic tangent of a number that a product gave
        1004151, // a sum of whole numbers times weights, which cancels
        1005197, // a walk along what another walk carries, whose extent is seen to be one only while running
        1013343, // a sequence of as many parts as a symbol says
        1018710 // a walk along what another carries, backwards
    })
    void graphsThatOnceShowedErrors(long seed) {
        Outcome outcome = Trial.of(Growth.grow(seed));
        assertEquals(Outcome.Kind.AGREES, outcome.kind(), outcome.what());
    }

    @Test
    @Tag("full")
    void manyGraphsAgree() {
        agree(FEW, MANY + FEW - 1);
    }

    /** Others than those above, as many as a minute lets run. */
    @Test
    @Tag("full")
    void graphsOfAMinuteAgree() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        for (long first = MANY + FEW; System.nanoTime() < end; first += FEW) {
            agree(first, first + FEW - 1);
        }
    }

    @Test
    void someOfLaterFormsAgree() {
        agree(Families.LATER_FROM, Families.LATER_FROM + FEW - 1);
    }

    @Test
    @Tag("full")
    void manyOfLaterFormsAgree() {
        agree(Families.LATER_FROM + FEW, Families.LATER_FROM + FEW + MANY - 1);
    }

    private static void agree(long first, long last) {
        Map<Outcome.Kind, LongAdder> counts = new ConcurrentHashMap<>();
        Map<String, LongAdder> refusals = new ConcurrentHashMap<>();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        LongStream.rangeClosed(first, last).parallel().forEach(seed -> {
            RandomGraph graph = Growth.grow(seed);
            Outcome outcome = Trial.of(graph);
            counts.computeIfAbsent(outcome.kind(), kind -> new LongAdder()).increment();
            if (!outcome.kind().isFine) {
                if (failures.size() < 20) {
                    RandomGraph small = Shrinker.shrink(graph, outcome.kind());
                    failures.add(Trial.of(small) + "\n" + small);
                } else {
                    failures.add("seed " + seed + " " + outcome);
                }
            } else if (outcome.kind() != Outcome.Kind.AGREES) {
                String reason = outcome.what()
                        .replaceAll("[0-9]+", "#").replace('\n', ' ').replaceAll("^(.{160}).*", "$1");
                refusals.computeIfAbsent(outcome.kind() + ": " + reason + " ", key -> new LongAdder()).increment();
            }
        });
        System.out.println("random graphs " + first + " to " + last + ": " + new TreeMap<>(counts));
        refusals.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().sum(), a.getValue().sum()))
                .limit(25)
                .forEach(entry -> System.out.println("  " + entry.getValue() + " × " + entry.getKey()));
        assertTrue(failures.isEmpty(), () -> failures.size() + " fail:\n" + String.join("\n\n", failures));
        long run = last - first + 1;
        assertEquals(run, counts.values().stream().mapToLong(LongAdder::sum).sum());
        long refused = counts.getOrDefault(Outcome.Kind.REFUSED, new LongAdder()).sum();
        assertEquals(0, refused, refused + " of " + run + " refused");
    }
}
