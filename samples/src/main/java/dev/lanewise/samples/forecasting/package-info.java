/** How a series of numbers goes on, with intervals: the second half of the sample {@code series}. */
package dev.lanewise.samples.forecasting;
