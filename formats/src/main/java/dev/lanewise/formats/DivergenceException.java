package dev.lanewise.formats;

/**
 * Training whose loss, or whose weights, are no longer finite numbers. The message names the step, where the first
 * such number appeared, and the checkpoint to go on from.
 */
public final class DivergenceException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    public DivergenceException(String message) {
        super(message, null);
    }
}
