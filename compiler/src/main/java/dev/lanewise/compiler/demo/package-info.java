/**
 * What {@code lanewise demo} shows: a detector of speech that hears a recording chunk by chunk. {@link
 * dev.lanewise.compiler.demo.SileroDetector} where the reference data is there, else {@link
 * dev.lanewise.compiler.demo.OwnDetector}, a network that the project makes itself.
 */
package dev.lanewise.compiler.demo;
