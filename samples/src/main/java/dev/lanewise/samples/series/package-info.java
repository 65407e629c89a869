/** Series of numbers: who or what one is from, and how one goes on, with an interval. */
package dev.lanewise.samples.series;
