/** Series of numbers: who or what one is from. How one goes on is {@code forecasting}. */
package dev.lanewise.samples.series;
