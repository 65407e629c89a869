/** Data sets that samples learn from: as they lie in files, and small ones that are generated. */
package dev.lanewise.samples.data;
