/**
 * Trains models on the device that uses them. A {@link dev.lanewise.runtime.train.Trainer} runs the programs {@code
 * train} and {@code evaluate} of a model that was compiled to be trained, on a {@link
 * dev.lanewise.runtime.train.Dataset}; {@link dev.lanewise.runtime.train.FitOptions} say how.
 *
 * <p>A {@code Fit} goes through epochs; {@code Batches} put examples in order, a {@code Layout} says how they lie in a
 * {@code Batch}, a {@code TrainStep} runs the program on it, and a {@code Checkpoint} keeps the states and the {@code
 * Position}. A step of training allocates nothing once warm.
 */
package dev.lanewise.runtime.train;
