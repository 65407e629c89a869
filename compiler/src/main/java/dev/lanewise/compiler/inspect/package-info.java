/**
 * What a model file holds, gathered for people: {@link dev.lanewise.compiler.inspect.ModelFacts} reads
 * it, the other classes show it as text, as JSON and as a page with pictures.
 */
package dev.lanewise.compiler.inspect;
