/** Where a compiled model parts from the model it was compiled from: node by node, against double precision. */
package dev.lanewise.compiler.diff;
