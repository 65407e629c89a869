package dev.lanewise.formats;

/**
 * The root of everything Lanewise throws for bad input. Sealed, so that a caller can tell the kinds
 * apart with a complete switch:
 *
 * <ul>
 *   <li>{@link FormatException}: the bytes of a file are not what they should be
 *   <li>{@link UnsupportedOpException}: a model holds an operator or attribute that is not supported
 *   <li>{@link ShapeException}: extents or element types do not fit together
 *   <li>{@link PlanException}: a plan cannot be made or carried out, for instance for lack of memory
 *   <li>{@link KernelException}: the kernels asked for are not to be had on this JVM
 *   <li>{@link CompileException}: all that is wrong with one model, together
 *   <li>{@link DataException}: an example does not fit the model that is trained on it
 *   <li>{@link DivergenceException}: training has left the finite numbers
 * </ul>
 *
 * Programming errors (a null argument, an index out of range) stay the JDK's own exceptions.
 */
public abstract sealed class LanewiseException extends RuntimeException
        permits FormatException,
                UnsupportedOpException,
                ShapeException,
                PlanException,
                KernelException,
                CompileException,
                DataException,
                DivergenceException {

    private static final long serialVersionUID = 1L;

    LanewiseException(String message, Throwable cause) {
        super(message, cause);
    }
}
