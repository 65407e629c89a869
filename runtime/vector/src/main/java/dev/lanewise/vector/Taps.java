package dev.lanewise.vector;

/**
 * Which taps of a filter fall inside the image, along one dimension: for output {@code o} those in
 * [{@link #first}, {@link #end}). Outputs with equal taps lie side by side, so that an image falls
 * into few rectangles (one interior and the borders), and within each no tap needs a test.
 */
final class Taps {

    private Taps() {}

    /** First tap of output {@code o} inside an image. */
    static int first(int o, int stride, int dilation, int pad) {
        int outside = pad - o * stride;
        return outside <= 0 ? 0 : (outside + dilation - 1) / dilation;
    }

    /**
     * End of the taps of output {@code o} inside an image of {@code size}; at least {@code first}.
     */
    static int end(int o, int stride, int dilation, int pad, int kernel, int size, int first) {
        int room = size - 1 + pad - o * stride;
        if (room >= (long) (kernel - 1) * dilation) {
            return Math.max(first, kernel); // most outputs: no division
        }
        return Math.max(first, room < 0 ? 0 : Math.min(kernel, room / dilation + 1));
    }

    /** End of the run of outputs that have the taps of output {@code o}. */
    static int runEnd(
            int o, int outputs, int stride, int dilation, int pad, int kernel, int size) {
        int first = first(o, stride, dilation, pad);
        int end = end(o, stride, dilation, pad, kernel, size, first);
        int next = o + 1;
        while (next < outputs
                && first(next, stride, dilation, pad) == first
                && end(next, stride, dilation, pad, kernel, size, first) == end) {
            next++;
        }
        return next;
    }
}
