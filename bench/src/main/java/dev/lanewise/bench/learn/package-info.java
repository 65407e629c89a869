/** What networks learn in Lanewise and in PyTorch, on the same data in the same number of epochs. */
package dev.lanewise.bench.learn;
