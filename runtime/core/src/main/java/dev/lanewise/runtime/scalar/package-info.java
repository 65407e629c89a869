/**
 * The scalar kernels: plain loops whose results are the definition of each kernel, bit for bit. They run wherever
 * Java does, answer first while vector kernels warm up, and are what those are tested against.
 */
package dev.lanewise.runtime.scalar;
