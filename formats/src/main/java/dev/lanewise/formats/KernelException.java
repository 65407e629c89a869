package dev.lanewise.formats;

/** Kernels that were asked for and are not to be had on this JVM. The message names the option that would change it. */
public final class KernelException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    public KernelException(String message) {
        super(message, null);
    }

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
