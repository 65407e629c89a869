package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.Samples;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** ROI_ALIGN and NON_MAX_SUPPRESSION. */
class RegionStepsTest {

    /** Regions of the image x [1, 4, 4, 1] whose elements are 4 · row + column. */
    private static OneStep align(DType indices, Object images, float[] regions, int h, int w) {
        float[] x = new float[16];
        for (int i = 0; i < 16; i++) {
            x[i] = i;
        }
        int n = regions.length / 4;
        return OneStep.of(StepKind.ROI_ALIGN).in(x, 1, 4, 4, 1).in(regions, n, 4).in(indices, images, n)
                .out(DType.F32, n, h, w, 1);
    }

    private static float[] aligned(float[] regions, int h, int w, int... ints) {
        return align(DType.I64, new long[regions.length / 4], regions, h, w).ints(ints).floats(1, 0).run().floats(0);
    }

    /** An image that is linear is its value at the mean of a bin's points. */
    @Test
    void meansOfALinearImage() {
        float[] y = aligned(new float[] {0.5f, 1, 2.5f, 3}, 2, 2, 0, 2, 0);
        for (int h = 0; h < 2; h++) {
            for (int w = 0; w < 2; w++) {
                assertEquals(4 * (1 + h + 0.5) + 0.5 + w + 0.5, y[2 * h + w], 1e-6);
            }
        }
        // by as many points as a bin is long, i32 images, and a scale
        y = align(DType.I32, new int[1], new float[] {1, 2, 5, 6}, 1, 1).ints(0, 0, 0).floats(0.5f, 0).run().floats(0);
        assertEquals(4 * 2 + 1.5, y[0], 1e-6);
    }

    @Test
    void largestWeightedElement() {
        // one point, at row 1.5 and column 1.5: four elements of weight 1/4
        assertEquals(10 / 4f, aligned(new float[] {1, 1, 2, 2}, 1, 1, 1, 1, 0)[0]);
    }

    @Test
    void regionsOfOneAtLeast() {
        float[] small = {1, 1, 1, 1};
        assertEquals(4 * 1.5f + 1.5f, aligned(small, 1, 1, 0, 1, 1)[0]);
        assertEquals(4 + 1f, aligned(small, 1, 1, 0, 1, 0)[0]);
        // no length, no points: nothing to take a mean of
        assertEquals(0, aligned(small, 1, 1, 0, 0, 0)[0]);
    }

    /** Any numbers are regions: they give numbers, in no time, and touch nothing outside the image. */
    @Test
    void hostileRegions() {
        float nan = Float.NaN;
        float inf = Float.POSITIVE_INFINITY;
        float huge = Float.MAX_VALUE;
        float[][] regions = {
            {nan, nan, nan, nan}, {0, 0, nan, 2}, {-inf, -inf, inf, inf}, {0, 0, inf, inf}, {inf, inf, inf, inf},
            {-huge, -huge, huge, huge}, {0, 0, huge, 1}, {3, 3, -3, -3}, {-9, -9, -5, -5}, {1e9f, 1e9f, 2e9f, 2e9f}
        };
        for (float[] region : regions) {
            for (int largest = 0; largest < 2; largest++) {
                for (int points : new int[] {0, 1, 1024}) {
                    int[] ints = {largest, points, 0};
                    float y = assertTimeout(Duration.ofSeconds(20), () -> aligned(region, 1, 2, ints))[0];
                    assertTrue(!(y < 0) && !(y > 15), "the image's elements are 0 to 15: " + y);
                }
            }
        }
        // wholly outside is zeros
        assertArrayEquals(new float[2], aligned(regions[8], 1, 2, 0, 2, 0));
    }

    @Test
    void noRegionsAndNoImage() {
        assertEquals(0, aligned(new float[0], 2, 2, 0, 1, 0).length);
        float[] y = OneStep.of(StepKind.ROI_ALIGN).in(new float[0], 1, 0, 3, 2).in(new float[] {0, 0, 1, 1}, 1, 4)
                .in(new long[1], 1).out(DType.F32, 1, 1, 1, 2).ints(0, 1, 0).floats(1, 0).run().floats(0);
        assertArrayEquals(new float[2], y);
    }

    @Test
    void imagesThatAreNotThere() {
        float[] region = {0, 0, 1, 1};
        for (long image : new long[] {-1, 1, 1L << 32, Long.MIN_VALUE}) {
            assertThrows(ShapeException.class, () -> align(DType.I64, new long[] {image}, region, 1, 1)
                    .ints(0, 1, 0).floats(1, 0).run());
        }
    }

    @Test
    void alignRefusesWhatDoesNotFit() {
        float[] region = {0, 0, 1, 1};
        assertThrows(FormatException.class, () -> aligned(region, 1, 1, 0, 1025, 0));
        assertThrows(FormatException.class, () -> aligned(region, 1, 1, 0, -1, 0));
        assertThrows(FormatException.class, () -> aligned(region, 1, 1, 2, 1, 0));
        assertThrows(FormatException.class, () -> aligned(region, 1, 1, 0, 1));
        assertThrows(FormatException.class,
                () -> align(DType.F32, new float[1], region, 1, 1).ints(0, 1, 0).floats(1, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.ROI_ALIGN).in(new float[4], 1, 2, 2, 1)
                .in(new float[5], 1, 5).in(new long[1], 1).out(DType.F32, 1, 1, 1, 1).ints(0, 1, 0).floats(1, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.ROI_ALIGN).in(new float[4], 1, 2, 2, 1)
                .in(region, 1, 4).in(new long[2], 2).out(DType.F32, 1, 1, 1, 1).ints(0, 1, 0).floats(1, 0).run());
        align(DType.I64, new long[1], region, 2, 2).ints(0, 0, 0).floats(1, 0.5f).allocatesNothing();
    }

    /** Boxes [1, n, 4] with scores [1, 1, n]; a NaN threshold is none. */
    private static OneStep suppression(float[] boxes, float[] scores, long most, float overlap, float threshold,
            int room) {
        int n = scores.length;
        OneStep step = OneStep.of(StepKind.NON_MAX_SUPPRESSION).in(boxes, 1, n, 4).in(scores, 1, 1, n)
                .in(new long[] {most}, 1).in(new float[] {overlap}, 1);
        step = threshold == threshold ? step.in(new float[] {threshold}, 1) : step.absent();
        return step.out(DType.I64, OneStep.learnt(room), 3);
    }

    private static final float[] BOXES = {
        0, 0, 2, 2,
        2, 2, 0, 0, // the same with its corners the other way round
        0, 1, 2, 3, // a third of both together is in common
        5, 5, 6, 6
    };

    private static long[] kept(float[] scores, long most, float overlap, float threshold) {
        long[] rows = suppression(BOXES, scores, most, overlap, threshold, 4).ints(0).run().longs(0);
        long[] boxes = new long[rows.length / 3];
        for (int i = 0; i < boxes.length; i++) {
            assertEquals(0, rows[3 * i]);
            assertEquals(0, rows[3 * i + 1]);
            boxes[i] = rows[3 * i + 2];
        }
        return boxes;
    }

    @Test
    void bestFirst() {
        float[] scores = {0.5f, 0.9f, 0.7f, -0.1f};
        assertArrayEquals(new long[] {1, 2, 3}, kept(scores, 9, 0.5f, Float.NaN));
        assertArrayEquals(new long[] {1, 3}, kept(scores, 9, 0.3f, Float.NaN));
        assertArrayEquals(new long[] {1, 2}, kept(scores, 9, 0.5f, 0));
        assertArrayEquals(new long[] {1}, kept(scores, 1, 0.5f, Float.NaN));
        assertArrayEquals(new long[] {1, 2, 0, 3}, kept(scores, 9, 1, Float.NaN));
        // of equal scores, zeros of both signs too, the first is better
        assertArrayEquals(new long[] {0, 2, 3}, kept(new float[] {-0f, 0, 0, -0f}, 9, 0.5f, Float.NaN));
    }

    @Test
    void countsThatAreNone() {
        float[] scores = {1, 2, 3, 4};
        for (long most : new long[] {0, -1, Long.MIN_VALUE}) {
            assertEquals(0, kept(scores, most, 0.5f, Float.NaN).length);
        }
        assertEquals(3, kept(scores, Long.MAX_VALUE, 0.5f, Float.NaN).length);
        assertEquals(0, suppression(new float[0], new float[0], 3, 0.5f, Float.NaN, 4).ints(0).run().longs(0).length);
    }

    @Test
    void numbersThatAreNone() {
        float nan = Float.NaN;
        assertArrayEquals(new long[] {1, 3}, kept(new float[] {nan, 1, nan, 0}, 9, 0.5f, nan));
        assertEquals(0, kept(new float[] {nan, nan, nan, nan}, 9, 0.5f, nan).length);
        assertArrayEquals(new long[] {0}, kept(new float[] {Float.POSITIVE_INFINITY, 1, nan, 0}, 9, 0.5f, 1));
        // boxes of NaN share nothing with any other
        float[] boxes = BOXES.clone();
        boxes[0] = nan;
        boxes[9] = nan;
        long[] rows = suppression(boxes, new float[] {4, 3, 2, 1}, 9, 0, nan, 4).ints(0).run().longs(0);
        assertArrayEquals(new long[] {0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3}, rows);
        // no part is more than NaN: all are kept
        assertEquals(4, kept(new float[] {4, 3, 2, 1}, 9, nan, nan).length);
    }

    @Test
    void boxesAroundCentres() {
        float[] boxes = {1, 1, 2, 2, 2, 1, 2, 2, 5, 5, -1, 1};
        long[] rows = suppression(boxes, new float[] {1, 2, 3}, 9, 0.3f, Float.NaN, 3).ints(1).run().longs(0);
        assertArrayEquals(new long[] {0, 0, 2, 0, 0, 1}, rows);
    }

    @Test
    void batchesAndClasses() {
        float[] boxes = Samples.floats(1, 2, 3, 4);
        float[] scores = {1, 2, 3, 6, 5, 4, 7, 9, 8, 1, 1, 1};
        long[] rows = OneStep.of(StepKind.NON_MAX_SUPPRESSION).in(boxes, 2, 3, 4).in(scores, 2, 2, 3)
                .in(new long[] {1}, 1).in(new float[] {0.5f}, 1).absent().out(DType.I64, OneStep.learnt(4), 3)
                .ints(0).run().longs(0);
        assertArrayEquals(new long[] {0, 0, 2, 0, 1, 0, 1, 0, 1, 1, 1, 0}, rows);
    }

    @Test
    void suppressionRefusesWhatDoesNotFit() {
        float[] scores = {1, 2, 3, 4};
        float nan = Float.NaN;
        // more rows than the bound of what is learnt
        assertThrows(PlanException.class, () -> suppression(BOXES, scores, 9, 1, nan, 3).ints(0).run());
        assertThrows(FormatException.class, () -> suppression(BOXES, scores, 9, 1, nan, 4).ints(2).run());
        assertThrows(FormatException.class, () -> suppression(BOXES, scores, 9, 1, nan, 4).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.NON_MAX_SUPPRESSION).in(BOXES, 1, 4, 4)
                .in(scores, 1, 2, 2).in(new long[1], 1).in(new float[1], 1).absent()
                .out(DType.I64, OneStep.learnt(4), 3).ints(0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.NON_MAX_SUPPRESSION).in(BOXES, 1, 4, 4)
                .in(scores, 1, 1, 4).in(new long[2], 2).in(new float[1], 1).absent()
                .out(DType.I64, OneStep.learnt(4), 3).ints(0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.NON_MAX_SUPPRESSION)
                .in(DType.F64, new double[16], 1, 4, 4).in(scores, 1, 1, 4).in(new long[1], 1).in(new float[1], 1)
                .absent().out(DType.I64, OneStep.learnt(4), 3).ints(0).run());
        suppression(BOXES, scores, 9, 0.5f, 0, 4).ints(0).allocatesNothing();
    }
}
