package dev.lanewise.runtime.kernel;

/** Weights in the form that a provider runs fastest. Immutable, but where a kernel family fills them anew. */
public interface PackedWeights {

    /** Bytes it holds, on the heap and off it. */
    long bytes();

    /** What they are and which kernel they are for, in a few words for people; made when it is asked for. */
    String form();
}
