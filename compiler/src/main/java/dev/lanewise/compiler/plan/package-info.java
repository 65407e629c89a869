/**
 * From a graph to a file: {@code Lowering} makes steps of operations, {@code Placement} says where each tensor lies
 * and {@code MemoryPlanner} at which offset, {@code DimTable} numbers the extents, {@code Emitter} writes it all.
 */
package dev.lanewise.compiler.plan;
