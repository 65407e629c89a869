/** What stands in a picture, in words: a decoder that looks at a map of it anew for each word. */
package dev.lanewise.samples.captioning;
