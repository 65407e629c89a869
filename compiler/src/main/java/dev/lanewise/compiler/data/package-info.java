/**
 * Readers and writers of the files that values come in: NumPy's {@code .npy} and {@code .npz}, {@code
 * .wav}, plain text, and ONNX tensors ({@code .pb}). All give {@link
 * dev.lanewise.compiler.graph.Literal}s; a damaged file is a {@link
 * dev.lanewise.formats.FormatException} that says what is wrong with it, and no length in a file is
 * trusted before the bytes behind it were seen.
 */
package dev.lanewise.compiler.data;
