package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/**
 * The first rows of a table that does not change, one for each frame, as sines of positions are: a call takes those
 * of its frames, by their places in the stream. Places are counted up to the table's end; a stream that goes beyond it
 * fails when it looks there.
 */
final class TableRule {

    private TableRule() {}

    /**
     * What a value of the whole is frame by frame.
     *
     * @return {@code null} where it is not such rows, moved at most
     */
    static Flow rows(StreamGraph graph, Value whole) {
        Node node = whole.producer();
        if (node == null || node.inputs().size() != 1 || !node.op().onlyMoves()) {
            return null;
        }
        Flow operand = graph.flow(node.input(0));
        if (operand.kind() == Flow.Kind.STILL) {
            return node.op() instanceof Slice slice ? rows(new Site(graph, node, List.of(operand)), slice) : null;
        }
        Flow rows = rows(graph, node.input(0));
        return rows == null ? null : Rules.apply(new Site(graph, node, List.of(rows))).get(0);
    }

    private static Flow rows(Site site, Slice slice) {
        Value table = site.in(0).value();
        int axis = -1;
        for (int i = 0; i < table.rank(); i++) {
            if (site.graph().hasLength(slice.shape().get(i))) {
                boolean fits = axis < 0 && slice.shape().get(i).asSymbol() != null && table.dim(i).isConstant();
                if (!fits || slice.strides().get(i) != 1 || !slice.starts().get(i).is(0)) {
                    return null;
                }
                axis = i;
            } else if (!slice.shape().get(i).equals(table.dim(i))) {
                return null;
            }
        }
        site.graph().survey().count(Emission.INPUT, table.dim(axis).constant());
        Value before = site.extent(site.timeline().before(Emission.INPUT));
        Value places = site.add(new Binary(BinaryFn.ADD), site.count(site.timeline().chunk()), before);
        return site.output(0, site.add(new Gather(axis), table, places), axis, Emission.INPUT);
    }
}
