package dev.lanewise.compiler.export;

/** The order of axes: channels last in Lanewise, first behind the batch in ONNX. */
final class Channels {

    private Channels() {}

    /** {@code [N, spatial..., C]} as {@code [N, C, spatial...]}. */
    static OnnxValue first(GraphDraft graph, OnnxValue x, int rank) {
        int[] permutation = new int[rank];
        for (int axis = 1; axis < rank; axis++) {
            permutation[axis] = axis == 1 ? rank - 1 : axis - 1;
        }
        return graph.transpose(x, permutation);
    }

    /** {@code [N, C, spatial...]} as {@code [N, spatial..., C]}. */
    static OnnxValue last(GraphDraft graph, OnnxValue x, int rank) {
        int[] permutation = new int[rank];
        for (int axis = 1; axis < rank; axis++) {
            permutation[axis] = axis == rank - 1 ? 1 : axis + 1;
        }
        return graph.transpose(x, permutation);
    }
}
