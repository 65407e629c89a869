package dev.lanewise.formats;

/** A plan that cannot be made or carried out: too much memory, an extent without a bound, an index that points outside its tensor. The message says where and what to do. */
public final class PlanException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    public PlanException(String message) {
        super(message, null);
    }

    public PlanException(String message, Throwable cause) {
        super(message, cause);
    }
}
