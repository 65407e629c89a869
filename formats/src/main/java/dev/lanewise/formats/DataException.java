package dev.lanewise.formats;

/**
 * Examples that a model cannot be trained on or judged by. The message names the example by its index, the input, and
 * what was found and expected. It is thrown before the example reaches the weights.
 */
public final class DataException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message, null);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
