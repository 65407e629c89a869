/** The command that lists and runs samples: {@code lanewise sample}. */
package dev.lanewise.samples.cli;
