package dev.lanewise.runtime.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an epoch of training did.
 *
 * @param epoch from 1
 * @param steps batches of the whole training so far
 * @param loss mean over the epoch's examples, while the weights changed
 * @param validation figures on the validation set by name, the loss as {@code loss}; empty without one
 * @param best whether these weights are the best so far
 * @param padding share of what was computed that lay beyond the end of a sequence
 * @param examplesPerSecond while training
 */
public record EpochReport(
        int epoch, long steps, double loss, Map<String, Double> validation, boolean best, double padding,
        double examplesPerSecond) {

    public EpochReport {
        validation = Collections.unmodifiableMap(new LinkedHashMap<>(validation));
    }
}
