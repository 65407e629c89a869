package dev.lanewise.runtime.generate;

/**
 * Says what may follow the beginnings of sequences, some beginnings at a time. Whoever searches decides which of them
 * go on, and with what; the decoder keeps what it needs to know of each. For one thread.
 */
public interface Decoder {

    /**
     * Takes beginnings one symbol further.
     *
     * @param from {@code [n]} the row of the last step that each row goes on from, some perhaps more than once; 0 in
     *     the first step
     * @param symbols {@code [n]} what it goes on with
     * @return {@code [n][symbols]} the logarithm of each next symbol's probability; valid until the next call
     */
    float[][] step(int[] from, int[] symbols);
}
