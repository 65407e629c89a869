package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts nodes in a row into segments, for training to keep only what crosses the cuts and to compute the rest of a
 * segment anew when its gradients come (Griewank 1992; Chen, Xu, Zhang, Guestrin 2016). The cuts make the sum of what
 * crosses them, and of all of the largest segment, as small as it gets: about √n segments of layers that are alike, cut
 * where layers meet.
 */
final class Segments {

    private final int n;
    /** [n + 1] bytes of the outputs of the nodes before. */
    private final double[] before;
    /** [n + 1] bytes of what is computed before a cut and used behind it. */
    private final double[] crossing;

    private Segments(List<Node> nodes) {
        n = nodes.size();
        before = new double[n + 1];
        crossing = new double[n + 1];
        Map<Value, Integer> made = new HashMap<>();
        Map<Value, Integer> used = new HashMap<>();
        for (int i = 0; i < n; i++) {
            before[i + 1] = before[i];
            for (Value input : nodes.get(i).inputs()) {
                if (made.containsKey(input)) {
                    used.put(input, i);
                }
            }
            for (Value output : nodes.get(i).outputs()) {
                made.put(output, i);
                before[i + 1] += bytes(output);
            }
        }
        used.forEach((value, last) -> {
            for (int cut = made.get(value) + 1; cut <= last; cut++) {
                crossing[cut] += bytes(value);
            }
        });
    }

    private static double bytes(Value value) {
        return value.type().size().max() * value.type().type().bytes();
    }

    /** The ends of the segments, ascending; one, the number of nodes, where cuts would save nothing. */
    static List<Integer> ends(List<Node> nodes) {
        Segments segments = new Segments(nodes);
        List<Integer> best = List.of(segments.n);
        double least = segments.before[segments.n];
        for (int parts = 2; parts <= Math.ceil(Math.sqrt(segments.n)); parts++) {
            double largest = segments.before[segments.n] / parts;
            int[] from = new int[segments.n + 1];
            double cost = largest + segments.cut(largest, from);
            if (cost < least) {
                least = cost;
                best = ends(from);
            }
        }
        return best;
    }

    /**
     * The cheapest cuts into segments of at most {@code largest} bytes, or of one node.
     *
     * @param from [n + 1] gets where the segment begins that ends there
     * @return the bytes that cross them
     */
    private double cut(double largest, int[] from) {
        double[] cost = new double[n + 1];
        Arrays.fill(cost, 1, n + 1, Double.POSITIVE_INFINITY);
        for (int end = 1; end <= n; end++) {
            for (int begin = end - 1; begin >= 0; begin--) {
                if (begin < end - 1 && before[end] - before[begin] > largest) {
                    break;
                }
                if (cost[begin] + crossing[begin] < cost[end]) {
                    cost[end] = cost[begin] + crossing[begin];
                    from[end] = begin;
                }
            }
        }
        return cost[n];
    }

    private static List<Integer> ends(int[] from) {
        List<Integer> ends = new ArrayList<>();
        for (int end = from.length - 1; end > 0; end = from[end]) {
            ends.add(0, end);
        }
        return ends;
    }
}
