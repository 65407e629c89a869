package dev.lanewise.compiler.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The planner by itself: sizes and lifetimes in, offsets out, no model in sight. */
@Tag("once")
class MemoryPlannerTest {

    private static MemoryPlanner.Request request(long elements, int first, int last) {
        return new MemoryPlanner.Request("t", DType.Storage.FLOATS, elements, first, last);
    }

    @Test
    void nothingAliveTogetherShares() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<MemoryPlanner.Request> requests = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int first = random.nextInt(40);
                DType.Storage storage = DType.Storage.values()[random.nextInt(3)];
                requests.add(new MemoryPlanner.Request(
                        "t" + i, storage, random.nextInt(300), first, first + random.nextInt(10)));
            }
            int[] elements = MemoryPlanner.place(requests);
            long[] least = MemoryPlanner.lowerBound(requests);
            for (int s = 0; s < elements.length; s++) {
                assertTrue(elements[s] >= least[s], "seed " + seed);
                assertTrue(elements[s] <= 2 * least[s] + 60 * 16, "seed " + seed + " wastes: " + elements[s]);
            }
            for (MemoryPlanner.Request a : requests) {
                assertTrue(a.offset() + a.elements <= elements[a.storage.ordinal()] || a.elements == 0);
                assertEquals(0, a.offset() % 16, "rows start alike");
                for (MemoryPlanner.Request b : requests) {
                    boolean together = a != b && a.storage == b.storage && a.first <= b.last && b.first <= a.last;
                    boolean apart = a.offset() + a.elements <= b.offset() || b.offset() + b.elements <= a.offset();
                    assertTrue(!together || apart || a.elements == 0 || b.elements == 0, "seed " + seed);
                }
            }
        }
    }

    @Test
    void aChainTakesTwoBuffers() {
        List<MemoryPlanner.Request> chain = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            chain.add(request(1_024, i, i + 1));
        }
        assertEquals(2 * 1_024, MemoryPlanner.place(chain)[DType.Storage.FLOATS.ordinal()]);
    }

    @Test
    void whatNoArrayHoldsIsRefused() {
        PlanException e = assertThrows(PlanException.class, () -> MemoryPlanner.place(
                new ArrayList<>(List.of(request(1L << 31, 0, 1)))));
        assertTrue(e.getMessage().contains("--dim"), e.getMessage());
    }
}
