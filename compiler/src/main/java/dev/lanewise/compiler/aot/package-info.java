/** Caches of the JVM (JEP 483 and 514) from which a process that loads a model starts faster. */
package dev.lanewise.compiler.aot;
