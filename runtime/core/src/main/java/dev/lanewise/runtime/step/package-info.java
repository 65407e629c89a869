/**
 * The steps, one class for each kind in {@code model.proto}; {@code Steps} is the list. A constructor checks operands
 * and arguments, {@code reshape()} checks extents and prepares bounds, {@code run()} does the work and allocates
 * nothing.
 */
package dev.lanewise.runtime.step;
