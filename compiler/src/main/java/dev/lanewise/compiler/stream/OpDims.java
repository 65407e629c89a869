package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.OneHot;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Random;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.TopK;
import java.util.List;
import java.util.stream.Stream;

/** The extents that an operation has for attributes, which would mean a chunk's where they meant the whole's. */
final class OpDims {

    private OpDims() {}

    static Stream<Dim> of(Node node) {
        Stream<Dim> shapes = node.outputs().stream().flatMap(output -> output.shape().stream());
        Stream<Dim> own = Stream.concat(of(node.op()), shapes);
        Stream<Node> nested = node.op().bodies().stream().flatMap(body -> body.nodes().stream());
        return Stream.concat(own, nested.flatMap(OpDims::of));
    }

    private static Stream<Dim> of(Op op) {
        if (op instanceof Slice slice) {
            return both(slice.starts(), slice.shape());
        } else if (op instanceof Pad pad) {
            return both(pad.before(), pad.after());
        } else if (op instanceof Attention attention) {
            return Stream.of(attention.offset());
        } else if (op instanceof Expand expand) {
            return expand.shape().stream();
        } else if (op instanceof Reshape reshape) {
            return reshape.shape().stream();
        } else if (op instanceof Extents extents) {
            return extents.dims().stream();
        } else if (op instanceof OneHot oneHot) {
            return Stream.of(oneHot.depth());
        } else if (op instanceof Random random) {
            return random.shape().stream();
        } else if (op instanceof Range range) {
            return Stream.of(range.count());
        } else if (op instanceof TopK topK) {
            return Stream.of(topK.k());
        } else if (op instanceof Repeat repeat) {
            return Stream.of(repeat.trips());
        }
        return Stream.of();
    }

    private static Stream<Dim> both(List<Dim> a, List<Dim> b) {
        return Stream.concat(a.stream(), b.stream());
    }
}
