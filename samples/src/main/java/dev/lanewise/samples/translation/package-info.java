/** German into English: three pairs of encoder and decoder, and the search for the best sentence. */
package dev.lanewise.samples.translation;
