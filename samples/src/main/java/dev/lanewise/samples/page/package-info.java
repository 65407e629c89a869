/** The page that a sample writes: text, figures, and what was asked and found. */
package dev.lanewise.samples.page;
