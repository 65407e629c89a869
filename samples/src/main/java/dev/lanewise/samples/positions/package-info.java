/** Where attention gets order from, and how far and how fast networks for sequences see. */
package dev.lanewise.samples.positions;
