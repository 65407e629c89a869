package dev.lanewise.formats;

/**
 * Extents or element types that do not fit together. The message names the node or step, the operand, what was
 * found and what was expected.
 */
public final class ShapeException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message, null);
    }

    public ShapeException(String message, Throwable cause) {
        super(message, cause);
    }
}
