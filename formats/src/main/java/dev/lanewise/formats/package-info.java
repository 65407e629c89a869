/**
 * The bytes that Lanewise itself reads and writes: the {@code .lane} file, its reader and its writer.
 *
 * <p>A compiled model is one protobuf message, {@code ModelProto}. Its schema, {@code model.proto},
 * is the specification: every field says in its comment what it means, what it may hold, and what a
 * reader does with a file that is older or newer than itself. Weights lie in the same message and are
 * aligned to 64 bytes, which readers use and never require.
 *
 * <p>Every file is hostile until it is wholly validated. Counts, sizes, depth and the memory a model
 * would take are held against limits before the first allocation, and what is wrong is reported as a
 * {@code FormatException} that names the file, the byte offset and the field.
 *
 * <p>This module depends on nothing: the build makes the classes of the messages from the schema. It uses nothing that
 * Android API level 33 lacks: the build checks it.
 */
package dev.lanewise.formats;
