package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One step of a model file, as the classes see it that say which ONNX nodes compute the same. */
final class LaneStep {

    /** Steps that learn extents of what they write. */
    private static final Set<StepKind> LEARNING = EnumSet.of(
            StepKind.RANGE, StepKind.NON_ZERO, StepKind.TOP_K, StepKind.NON_MAX_SUPPRESSION, StepKind.REPEAT,
            StepKind.BRANCH);

    private final StepProto proto;
    private final Scope scope;
    private final BlockExporter blocks;
    private final String name;

    LaneStep(StepProto proto, Scope scope, BlockExporter blocks, String name) {
        this.proto = proto;
        this.scope = scope;
        this.blocks = blocks;
        this.name = name;
    }

    StepKind kind() {
        return proto.getKind();
    }

    Scope scope() {
        return scope;
    }

    GraphDraft graph() {
        return scope.graph();
    }

    ExtentValues extents() {
        return scope.extents();
    }

    int inputCount() {
        return proto.getInputsCount();
    }

    int outputCount() {
        return proto.getOutputsCount();
    }

    boolean has(int input) {
        return input < proto.getInputsCount() && proto.getInputs(input) != 0;
    }

    boolean gives(int output) {
        return output < proto.getOutputsCount() && proto.getOutputs(output) != 0;
    }

    /** The tensor that is input {@code i}. */
    int input(int i) {
        if (!has(i)) {
            throw bad("input " + i + " is missing");
        }
        return proto.getInputs(i) - 1;
    }

    int output(int i) {
        if (!gives(i)) {
            throw bad("output " + i + " is missing");
        }
        return proto.getOutputs(i) - 1;
    }

    /** The value of input {@code i}. */
    OnnxValue in(int i) {
        return scope.value(input(i));
    }

    /** The value of input {@code i}, {@code null} where it is absent. */
    OnnxValue inOrNull(int i) {
        return has(i) ? in(i) : null;
    }

    boolean isWeight(int input) {
        return scope.tensors().isWeight(input(input));
    }

    DType type(int input) {
        return scope.tensors().type(input(input));
    }

    List<Dim> shape(int input) {
        return scope.tensors().shape(input(input));
    }

    int rank(int input) {
        return shape(input).size();
    }

    DType outType(int output) {
        return scope.tensors().type(output(output));
    }

    List<Dim> outShape(int output) {
        return scope.tensors().shape(output(output));
    }

    /** Says what output {@code i} is. */
    void out(int i, OnnxValue value) {
        scope.define(output(i), graph().cast(value, outType(i)), LEARNING.contains(kind()));
    }

    /** The same for an output that may be absent. */
    void outIfGiven(int i, OnnxValue value) {
        if (gives(i)) {
            out(i, value);
        }
    }

    int intCount() {
        return proto.getIntsCount();
    }

    int integer(int i) {
        if (i >= proto.getIntsCount()) {
            throw bad("argument " + i + " is missing");
        }
        return proto.getInts(i);
    }

    boolean flag(int i) {
        return integer(i) != 0;
    }

    /** Arguments {@code from} up to, and without, {@code to}. */
    List<Integer> integers(int from, int to) {
        List<Integer> list = new ArrayList<>();
        for (int i = from; i < to; i++) {
            list.add(integer(i));
        }
        return list;
    }

    /** The extent that argument {@code i} names. */
    Dim dim(int i) {
        int id = integer(i);
        if (id < 0 || id >= scope.tensors().plan().extents().count()) {
            throw bad("argument " + i + " names extent " + id);
        }
        return scope.tensors().dim(id);
    }

    /** An axis of a tensor of that rank. */
    int axis(int i, int rank) {
        int axis = integer(i);
        if (axis < 0 || axis >= rank) {
            throw bad("axis " + axis + " of a tensor of rank " + rank);
        }
        return axis;
    }

    /** The entry of an enumeration that argument {@code i} is the number of. */
    <E extends Enum<E>> E choice(int i, E[] values) {
        return entry(integer(i), values);
    }

    /** The same where 0 stands for none, which gives {@code null}. */
    UnaryFn functionOrNull(int i) {
        return integer(i) == 0 ? null : entry(integer(i) - 1, UnaryFn.values());
    }

    private <E> E entry(int number, E[] values) {
        if (number < 0 || number >= values.length) {
            throw bad("unknown function or mode " + number);
        }
        return values[number];
    }

    /** A number; those left out are 0. */
    float number(int i) {
        return i < proto.getFloatsCount() ? proto.getFloats(i) : 0;
    }

    BlockProto block(int i) {
        if (i >= proto.getBlocksCount()) {
            throw bad("block " + i + " is missing");
        }
        return proto.getBlocks(i);
    }

    /** Drafts the steps of a block of this step in a scope of its own. */
    void exportBlock(BlockProto block, Scope body) {
        blocks.export(block, body);
    }

    /** A value in another shape. */
    OnnxValue reshaped(OnnxValue x, List<Dim> shape) {
        return graph().node("Reshape", x, extents().vector(shape)).out();
    }

    /** A value of one element as a scalar. */
    OnnxValue scalar(int input) {
        return rank(input) == 0 ? in(input) : graph().node("Squeeze", in(input)).out();
    }

    /** The name of the first tensor that it writes, {@code null} where there is none. */
    String tensorName() {
        return gives(0) ? scope.tensors().name(output(0)) : null;
    }

    /** The error for what ONNX, or ONNX Runtime, has no form of; to be thrown. */
    UnsupportedOpException unsupported(String reason) {
        return new UnsupportedOpException(name, kind().name(), reason);
    }

    /** The error for what only a program that trains has; to be thrown. */
    UnsupportedOpException ofTraining() {
        return unsupported("is a step of training, for which ONNX has no form");
    }

    /** The error for a step that no runtime could execute; to be thrown. */
    FormatException bad(String problem) {
        String file = scope.tensors().plan().file().name();
        return new FormatException(file, "step '" + name + "' (" + kind() + ")", problem);
    }
}
