/**
 * Conformance checks: finds cases (a model with inputs and the outputs they should give), compiles and
 * runs each, and compares. One case is a {@link dev.lanewise.compiler.check.TestCase}, its result a
 * {@link dev.lanewise.compiler.check.Verdict}.
 */
package dev.lanewise.compiler.check;
