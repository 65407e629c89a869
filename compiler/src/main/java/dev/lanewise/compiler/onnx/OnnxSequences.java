package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's operators on sequences, all of which are resolved while the model is read. */
final class OnnxSequences {

    private static final int LONGEST = 4096;

    private OnnxSequences() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":SequenceEmpty", OnnxSequences::empty);
        ops.put(":SequenceConstruct", OnnxSequences::construct);
        ops.put(":SequenceAt", OnnxSequences::at);
        ops.put(":SequenceLength", OnnxSequences::length);
        ops.put(":SequenceInsert", OnnxSequences::insert);
        ops.put(":SequenceErase", OnnxSequences::erase);
        ops.put(":SplitToSequence", OnnxSequences::split);
        ops.put(":ConcatFromSequence", OnnxSequences::concat);
        ops.put(":SequenceMap", OnnxSequences::map);
    }

    private static void empty(OnnxNode node) {
        node.ignore("dtype");
        node.out(new OnnxSequence(List.of()));
    }

    private static void construct(OnnxNode node) {
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < node.inputCount(); i++) {
            values.add(node.in(i));
        }
        node.out(new OnnxSequence(values));
    }

    private static void at(OnnxNode node) {
        if (node.sequence(0).parts() != null) {
            node.out(node.sequence(0).parts().at(node));
            return;
        }
        List<Value> values = node.sequence(0).values();
        Dim size = Dim.of(values.size());
        node.out(node.in(1).contents() == null && !values.isEmpty()
                ? OnnxPositions.pick(node, values, OnnxPositions.given(node, 1, size, size.minus(1)))
                : values.get(position(node, 1, values.size() - 1)));
    }

    /** The body for each element of the first sequence, with that element of the other sequences. */
    private static void map(OnnxNode node) {
        OnnxSequence first = node.sequence(0);
        GraphProto body = node.graph("body");
        int inputs = body.getInputCount();
        if (inputs < 1 || body.getOutputCount() < node.outputCount()) {
            throw node.misfit("a body of " + inputs + " inputs and " + body.getOutputCount() + " outputs");
        }
        for (int i = 0; i < inputs; i++) {
            if (node.isSequence(i) && node.sequence(i).size() != first.size()) {
                throw node.misfit("sequences of " + first.size() + " and " + node.sequence(i).size() + " tensors");
            }
        }
        List<List<Value>> results = new ArrayList<>();
        for (int o = 0; o < body.getOutputCount(); o++) {
            results.add(new ArrayList<>());
        }
        for (int t = 0; t < first.size(); t++) {
            int element = t;
            OnnxScope scope = node.importer().readInline(body, node.scope(), inner -> {
                for (int i = 0; i < inputs; i++) {
                    inner.define(body.getInput(i).getName(),
                            node.isSequence(i) ? node.sequence(i).values().get(element) : node.in(i));
                }
            });
            for (int o = 0; o < results.size(); o++) {
                results.get(o).add(node.importer().result(body, o, scope));
            }
        }
        results.forEach(values -> node.out(new OnnxSequence(values)));
    }

    private static void length(OnnxNode node) {
        OnnxSequence sequence = node.sequence(0);
        node.out(sequence.parts() != null
                ? sequence.parts().length(node)
                : node.constant(Literal.scalar((long) sequence.size())));
    }

    private static void insert(OnnxNode node) {
        OnnxSequence sequence = node.sequence(0);
        if (sequence.parts() != null) {
            node.out(new OnnxSequence(sequence.parts().insert(node)));
            return;
        }
        List<Value> values = new ArrayList<>(sequence.values());
        if (sequence.size() >= LONGEST) {
            throw node.unsupported("a sequence of more than " + LONGEST + " tensors");
        }
        if (node.has(2) && node.in(2).contents() == null) {
            node.out(new OnnxSequence(OnnxPositions.insert(node, values)));
            return;
        }
        values.add(node.has(2) ? place(node, sequence.size()) : sequence.size(), node.in(1));
        node.out(new OnnxSequence(values));
    }

    private static void erase(OnnxNode node) {
        OnnxSequence sequence = node.sequence(0);
        if (sequence.parts() != null) {
            node.out(new OnnxSequence(sequence.parts().erase(node)));
            return;
        }
        List<Value> values = new ArrayList<>(sequence.values());
        if (node.has(1) && node.in(1).contents() == null && !values.isEmpty()) {
            node.out(new OnnxSequence(OnnxPositions.erase(node, values)));
            return;
        }
        values.remove(node.has(1) ? position(node, 1, sequence.size() - 1) : sequence.size() - 1);
        node.out(new OnnxSequence(values));
    }

    /** Where to insert: from the end, the elements count and not the places between them. */
    private static int place(OnnxNode node, int size) {
        long[] position = node.longs(2);
        long at = position.length != 1 ? -1 : position[0] < 0 ? position[0] + size : position[0];
        if (at < 0 || at > size) {
            throw node.misfit("a position outside the sequence, which has " + size + " tensors");
        }
        return (int) at;
    }

    /** A position that is known, from 0 to {@code last}; negative ones count from the end. */
    private static int position(OnnxNode node, int input, int last) {
        long[] position = node.longs(input);
        long at = position.length != 1 ? -1 : position[0] < 0 ? position[0] + last + 1 : position[0];
        if (at < 0 || at > last) {
            throw node.misfit("a position outside the sequence, which ends at " + last);
        }
        return (int) at;
    }

    /** Sizes of the parts, or one size for all of them, or parts of 1 whose axis may be dropped. */
    private static void split(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        boolean keep = node.flag("keepdims", true) || node.has(1);
        if (!x.dim(axis).isConstant()) {
            node.out(new OnnxSequence(parts(node, x, axis, keep)));
            return;
        }
        long n = x.dim(axis).constant();
        List<Long> sizes = new ArrayList<>();
        long[] given = node.has(1) ? node.longs(1) : new long[] {1};
        if (!node.has(1) || node.in(1).rank() == 0) {
            if (given[0] < 1 || n / given[0] > LONGEST) {
                throw node.unsupported("parts of " + given[0] + " of an axis of " + n);
            }
            for (long at = 0; at < n; at += given[0]) {
                sizes.add(Math.min(given[0], n - at));
            }
        } else {
            for (long size : given) {
                sizes.add(size);
            }
        }
        List<Value> parts = new ArrayList<>();
        long at = 0;
        for (long size : sizes) {
            if (size < 0 || at + size > n) {
                throw node.misfit("parts of " + sizes + " of an axis of " + n);
            }
            Value part = node.add(Slice.along(axis, Dim.of(at), Dim.of(size), x.shape()), x);
            if (!keep) {
                List<Dim> shape = new ArrayList<>(part.shape());
                shape.remove(axis);
                part = OnnxMovement.reshaped(node, part, shape);
            }
            parts.add(part);
            at += size;
        }
        node.out(new OnnxSequence(parts));
    }

    /** As many as an extent says, which must be equal. */
    private static OnnxParts parts(OnnxNode node, Value x, int axis, boolean keep) {
        Dim n = x.dim(axis);
        UnsupportedOpException unknown = node.unsupported(
                "a sequence of as many tensors as the symbolic extent " + n + " says; fix it with --dim");
        long[] size = !node.has(1) ? new long[] {1} : node.in(1).rank() == 0 ? node.longs(1) : new long[0];
        if (size.length != 1 || size[0] < 1 || !n.floorDiv(size[0]).times(size[0]).equals(n)) {
            throw unknown;
        }
        return new OnnxParts(x, axis, size[0], keep, unknown);
    }

    private static void concat(OnnxNode node) {
        OnnxSequence sequence = node.sequence(0);
        boolean stacked = node.flag("new_axis", false);
        if (sequence.parts() != null) {
            node.out(sequence.parts().concat(node, node.integer("axis", 0), stacked));
            return;
        }
        if (sequence.size() == 0) {
            throw node.misfit("an empty sequence");
        }
        int rank = sequence.values().get(0).rank() + (stacked ? 1 : 0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), rank);
        node.out(concat(node, sequence.values(), axis, stacked));
    }

    /** Tensors one after another, along an axis of theirs or a new one. */
    static Value concat(OnnxNode node, List<Value> values, int axis, boolean stacked) {
        List<Value> parts = new ArrayList<>();
        for (Value value : values) {
            List<Dim> shape = new ArrayList<>(value.shape());
            if (stacked) {
                shape.add(Math.min(axis, shape.size()), Dim.ONE);
            }
            parts.add(OnnxMovement.reshaped(node, value, shape));
        }
        return parts.size() == 1 ? parts.get(0) : node.add(new Concat(axis), parts.toArray(new Value[0]));
    }
}
