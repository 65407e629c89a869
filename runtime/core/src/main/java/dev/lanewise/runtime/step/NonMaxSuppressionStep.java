package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Of boxes that overlap, the one of the highest score: boxes [B, n, 4], scores [B, C, n], y [learnt, 3] with a
 * row of batch, class and box for each box that is kept, the best of a class first. A box is kept unless its
 * intersection with one kept before is more than a given part of their union. Of equal scores the first box is
 * better; a score that is NaN, and a box without an area, has no part in it.
 *
 * <p>A heap of the candidates: usually few of them come out before there are enough.
 */
final class NonMaxSuppressionStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand boxes;
    private final Operand scores;
    private final Operand most;
    private final Operand overlap;
    /** {@code null} where every score will do. */
    private final Operand threshold;
    private final Operand y;
    /** Whether a box is its centre x, y and its width, height; else two corners y, x, y, x in any order. */
    private final boolean centres;
    /** The negated order of the score above, the box below. */
    private final MinHeap candidates;
    /** Boxes kept of the current batch and class. */
    private final int[] kept;
    private int rows;

    NonMaxSuppressionStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        boxes = args.floatsIn(0);
        scores = args.floatsIn(1);
        most = args.require(args.in(2), DType.I64);
        overlap = args.floatsIn(3);
        threshold = args.floatsInOrNull(4);
        y = args.require(args.out(0), DType.I64);
        centres = args.flag(0);
        args.requireRank(boxes, 3);
        args.requireRank(scores, 3);
        args.requireRank(y, 2);
        int room = Math.min(scores.capacity, memory.definition().bound(scores.dim(2)));
        candidates = new MinHeap(room);
        kept = new int[room];
    }

    @Override
    public void reshape() {
        args.requireExtent(boxes, 0, scores.shape[0]);
        args.requireExtent(boxes, 1, scores.shape[2]);
        args.requireExtent(boxes, 2, 4);
        args.requireExtent(y, 1, 3);
        args.requireEqual(most.size, 1, most, "the number of elements");
        args.requireEqual(overlap.size, 1, overlap, "the number of elements");
        if (threshold != null) {
            args.requireEqual(threshold.size, 1, threshold, "the number of elements");
        }
    }

    @Override
    public void run() {
        int classes = scores.shape[1];
        int n = scores.shape[2];
        int room = (int) Math.max(0, Math.min(n, most.buffer.longs[most.offset]));
        rows = 0;
        for (int line = 0; line < scores.shape[0] * classes && room > 0; line++) {
            collect(scores.offset + line * n, n);
            keep(line / classes, line % classes, boxes.offset + line / classes * n * 4, room);
        }
        memory.learn(y.dim(0), rows, y.name);
        y.refresh(memory.extents());
    }

    private void collect(int at, int n) {
        boolean all = threshold == null;
        float least = all ? 0 : threshold.buffer.floats[threshold.offset];
        candidates.clear();
        for (int i = 0; i < n; i++) {
            float score = scores.buffer.floats[at + i];
            if (all ? score == score : score > least) {
                int bits = Float.floatToIntBits(score + 0f);
                candidates.add((long) ~(bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | i);
            }
        }
    }

    private void keep(int batch, int category, int firstBox, int room) {
        float part = overlap.buffer.floats[overlap.offset];
        int count = 0;
        while (candidates.size() > 0 && count < room) {
            int box = (int) candidates.remove();
            boolean free = true;
            for (int i = 0; i < count && free; i++) {
                free = !(intersectionOverUnion(firstBox + 4 * box, firstBox + 4 * kept[i]) > part);
            }
            if (free) {
                kept[count++] = box;
                row(batch, category, box);
            }
        }
    }

    /** Counts rows that have no room, so that the message can say how many there are. */
    private void row(int batch, int category, int box) {
        if (rows < y.capacity / 3) {
            long[] row = y.buffer.longs;
            int at = y.offset + 3 * rows;
            row[at] = batch;
            row[at + 1] = category;
            row[at + 2] = box;
        }
        rows++;
    }

    /** 0 where either has no area. */
    private float intersectionOverUnion(int a, int b) {
        float width = Math.min(high(a, 1), high(b, 1)) - Math.max(low(a, 1), low(b, 1));
        float height = Math.min(high(a, 0), high(b, 0)) - Math.max(low(a, 0), low(b, 0));
        if (!(width > 0 && height > 0)) {
            return 0;
        }
        float intersection = width * height;
        return intersection / (area(a) + area(b) - intersection);
    }

    private float area(int box) {
        return (high(box, 1) - low(box, 1)) * (high(box, 0) - low(box, 0));
    }

    /** The lower edge along y (0) or x (1). */
    private float low(int box, int axis) {
        float[] b = boxes.buffer.floats;
        return centres
                ? b[box + 1 - axis] - b[box + 3 - axis] / 2
                : Math.min(b[box + axis], b[box + 2 + axis]);
    }

    private float high(int box, int axis) {
        float[] b = boxes.buffer.floats;
        return centres
                ? b[box + 1 - axis] + b[box + 3 - axis] / 2
                : Math.max(b[box + axis], b[box + 2 + axis]);
    }
}
