package dev.lanewise.formats;

import java.util.List;

/**
 * A plan that cannot be made or carried out: too much memory, an extent without a bound, an index
 * that points outside its tensor. The message says where and what to do.
 */
public final class PlanException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> pinnable;

    public PlanException(String message) {
        this(message, List.of());
    }

    /**
     * @param pinnable inputs of the model whose values, known when it is compiled, would settle it
     */
    public PlanException(String message, List<String> pinnable) {
        super(message, null);
        this.pinnable = List.copyOf(pinnable);
    }

    /** Inputs of the model that would have to be pinned; mostly empty. */
    public List<String> pinnable() {
        return pinnable;
    }
}
