/**
 * What {@code lanewise demo} shows. {@link dev.lanewise.compiler.demo.OwnDetector} is trained on sounds that are made
 * here, hears a recording chunk by chunk, and is tuned to a noise that it did not know. {@link
 * dev.lanewise.compiler.demo.SileroDetector} hears the recording in its place where the reference data is there.
 */
package dev.lanewise.compiler.demo;
