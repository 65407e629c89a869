package dev.lanewise.bench.row;

/**
 * One line of the results: a piece of work, and how far ahead Lanewise promises to be.
 *
 * @param suite the suite it belongs to
 * @param name what the line is called; unique
 * @param least the ratio, peer's time / ours, that is promised
 * @param against whom the promise is about
 * @param maker builds the work; called in the process that measures
 */
public record Row(Suite suite, String name, double least, Against against, Maker maker) implements Item {

    /** Builds the work of a row. */
    public interface Maker {
        Work make() throws Exception;
    }

    /** The peer that a promise names. */
    public enum Against {
        /** The fastest of those measured. */
        BEST("the best peer"),
        /** ONNX Runtime with buffers made once. */
        PINNED("ONNX Runtime, pinned"),
        /** ONNX Runtime's plain Java API. */
        PLAIN("ONNX Runtime, plain");

        private final String text;

        Against(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
