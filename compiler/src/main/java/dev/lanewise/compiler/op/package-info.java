/**
 * The operations, one record each with everything the compiler knows about it: types, reference, lowering, cases.
 * {@link dev.lanewise.compiler.op.Ops} lists them; {@code docs/adding-an-op.md} says how one is added.
 */
package dev.lanewise.compiler.op;
