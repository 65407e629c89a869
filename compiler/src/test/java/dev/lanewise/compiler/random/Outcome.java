package dev.lanewise.compiler.random;

/**
 * What came of one random graph.
 *
 * @param what the difference, or the reason of a refusal
 */
record Outcome(Kind kind, String what) {

    enum Kind {
        /** With the reference and with ONNX Runtime. */
        AGREES(true),
        /** With the reference; ONNX Runtime refuses the model or the data. */
        AGREES_ALONE(true),
        /** Lanewise refuses, by an error that says why; ONNX Runtime does not. */
        REFUSED(true),
        /** Nobody runs it. */
        REFUSED_BY_BOTH(true),
        /** Scalar and vector kernels give different bits. */
        TWINS_DIFFER(false),
        DIFFERS_FROM_REFERENCE(false),
        DIFFERS_FROM_ONNX_RUNTIME(false),
        /** An exception that is no typed error. */
        BREAKS(false);

        final boolean isFine;

        Kind(boolean isFine) {
            this.isFine = isFine;
        }
    }

    @Override
    public String toString() {
        return kind + ": " + what;
    }
}
