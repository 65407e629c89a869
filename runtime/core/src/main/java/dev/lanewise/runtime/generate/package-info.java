/**
 * Writes sequences symbol by symbol, by models that say what may come next: the most probable one by {@link
 * dev.lanewise.runtime.generate.BeamSearch}, or one that is drawn by {@link dev.lanewise.runtime.generate.Sampling}.
 */
package dev.lanewise.runtime.generate;
