/**
 * Benchmarks of kernels and of whole models, side by side with other runtimes.
 *
 * <p>Every kernel has a row here: no optimisation lands without one. The shapes come from the ops' own
 * lists of cases, so that a new op brings its row with it. Models are timed against ONNX Runtime on the
 * same input in the same run, and the answers are compared before a time is believed.
 *
 * <p>This module sees all others, and so the test of the architecture lives in it.
 */
package dev.lanewise.bench;
