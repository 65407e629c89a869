/**
 * Turns a model of another format into a Lanewise file, ahead of time.
 *
 * <p>An importer reads ONNX or TFLite into a {@code Graph}, an immutable value in two named stages: the
 * portable one that importers and the Java builder make, and the lowered one whose nodes are the
 * runtime's steps. Between them lie the passes, one file each, in an order that is one literal list.
 * Then the memory planner gives every buffer its place from nothing but size, first use and last use; an
 * independent checker verifies it; and the emitter writes the file.
 *
 * <p>Training is a second program, made by differentiating the same graph and taken through the same
 * passes.
 *
 * <p>What cannot be compiled is reported all together, each problem with its node, op, opset and reason.
 * An attribute that is not honoured is an error, never ignored. Foreign names, versions and gate orders
 * live in the importers alone.
 */
package dev.lanewise.compiler;
