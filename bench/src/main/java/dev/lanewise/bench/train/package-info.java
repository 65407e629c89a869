/** Networks that are trained, in Lanewise and in PyTorch from the same numbers. */
package dev.lanewise.bench.train;
