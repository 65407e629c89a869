package dev.lanewise.runtime;

/**
 * Which kernels this process computes with, for people and for monitoring. Every choice gives the
 * same bits; they differ in speed.
 *
 * @param kernels name of the kernels, for instance {@code scalar} or {@code vector 512 bits}
 * @param lanes floats in one vector, 1 for scalar kernels
 * @param reason why these were chosen
 * @param advice the one change that would make it faster; empty where there is none to be made
 */
public record Backend(String kernels, int lanes, String reason, String advice) {

    /** One line for a log. */
    @Override
    public String toString() {
        return kernels + " kernels: " + reason + (advice.isEmpty() ? "" : ". Faster: " + advice);
    }
}
