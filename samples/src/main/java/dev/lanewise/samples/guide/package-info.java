/** Short programs that the README and other pages of the documentation show. */
package dev.lanewise.samples.guide;
