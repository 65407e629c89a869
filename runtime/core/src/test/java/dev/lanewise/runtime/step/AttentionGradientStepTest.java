package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import org.junit.jupiter.api.Test;

/** What ATTENTION_GRAD refuses, counts, and gives of nothing; the cases of its operation show what it computes. */
class AttentionGradientStepTest {

    /** One batch element, queries and keys of two heads that share one of keys. */
    private static OneStep step(int queries, int keys, int[] sums, int ofY, int scratch) {
        return OneStep.of(StepKind.ATTENTION_GRAD)
                .in(new float[queries * 2 * 3], 1, queries, 2, 3)
                .in(new float[keys * 3], 1, keys, 1, 3)
                .in(new float[keys * 5], 1, keys, 1, 5)
                .absent()
                .in(new float[queries * 2 * ofY], 1, queries, 2, ofY)
                .in(new float[sums[0] * sums[1] * sums[2]], sums)
                .in(new float[queries * 2 * 5], 1, queries, 2, 5)
                .out(DType.F32, 1, queries, 2, 3)
                .out(DType.F32, 1, keys, 1, 3)
                .out(DType.F32, 1, keys, 1, 5)
                .out(DType.F32, scratch)
                .ints(0, 0, 0).floats(0.5f, 0);
    }

    @Test
    void countsFiveProducts() {
        assertEquals(2 * 4 * 7 * (3 * 3 + 2 * 5), step(4, 7, new int[] {1, 2, 4}, 5, 99999).run().multiplyAdds());
        step(4, 7, new int[] {1, 2, 4}, 5, 99999).allocatesNothing();
    }

    @Test
    void noQueriesGiveZeros() {
        OneStep.Result result = step(0, 2, new int[] {1, 2, 0}, 5, 99999).run();
        assertArrayEquals(new float[6], result.floats(1));
        assertArrayEquals(new float[10], result.floats(2));
        assertEquals(0, step(3, 0, new int[] {1, 2, 3}, 5, 99999).run().multiplyAdds());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(ShapeException.class, () -> step(4, 7, new int[] {1, 4, 2}, 5, 99999).run());
        assertThrows(ShapeException.class, () -> step(4, 7, new int[] {1, 2, 4}, 4, 99999).run());
        assertThrows(ShapeException.class, () -> step(4, 7, new int[] {1, 2, 4}, 5, 9999).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.ATTENTION_GRAD)
                .in(new float[6], 1, 1, 2, 3).in(new float[6], 1, 2, 1, 3).in(new float[6], 1, 2, 1, 3).absent()
                .in(new float[6], 1, 1, 2, 3).in(new float[2], 1, 2).in(new float[6], 1, 1, 2, 3)
                .out(DType.F32, 1, 1, 2, 3).out(DType.F32, 1, 2, 1, 3).out(DType.F32, 1, 2, 1, 3)
                .out(DType.F32, 99999).ints(0, 0, 0).floats(1, 0).run());
    }
}
