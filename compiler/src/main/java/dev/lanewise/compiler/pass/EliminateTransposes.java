package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.op.Transpose;

/**
 * Takes out the transposes between foreign layouts and Lanewise's own: they are moved down the graph until
 * they cancel (see {@link SinkTransposes}). Whether that paid off is counted in elements that are still
 * moved; the cheapest of the forms is kept.
 *
 * @param planes whether depthwise convolutions may have channels first, for which other passes do not know them; a
 *     graph that gains nothing stays as it is
 */
record EliminateTransposes(boolean planes) implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Graph best = null;
        for (boolean split : new boolean[] {false, true}) {
            Graph sunk = new RemoveUnused().apply(new SinkTransposes(graph, folding, split, planes).run(), folding);
            if (best == null || moved(sunk) < moved(best)) {
                best = sunk;
            }
        }
        double gain = moved(graph) - moved(best);
        return gain > 0 || gain == 0 && !planes ? best : graph;
    }

    /** Elements that transposes move, at the bounds of the extents. */
    private static double moved(Graph graph) {
        double elements = 0;
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Transpose transpose && !transpose.movesOnlyUnits(node.input(0).shape())) {
                double size = 1;
                for (Dim dim : node.output().shape()) {
                    size *= dim.max();
                }
                elements += size;
            }
        }
        return elements;
    }
}
