/**
 * The command line, {@code lanewise}: a thin layer that parses options, calls the compiler or the
 * runtime, and prints.
 *
 * <p>Exit codes are 0 for done, 1 for work that failed and 2 for wrong use. Errors go to standard error
 * as one clear message; the stack trace is shown with {@code --verbose} only. Output is plain text when
 * it is piped.
 */
package dev.lanewise.compiler.cli;
