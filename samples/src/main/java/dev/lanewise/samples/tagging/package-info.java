/** A part of speech for each word of a sentence, and for words never seen by their letters. */
package dev.lanewise.samples.tagging;
