package dev.lanewise.compiler.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A layered drawing of an acyclic graph (Sugiyama, Tagawa, Toda 1981): every node one layer below the
 * lowest it depends on, long edges bent at one point on each layer between, the order within layers by
 * sweeps of barycentres, positions by sweeps towards the neighbours' middle.
 */
final class Layers {

    private static final int ORDER_SWEEPS = 8;
    private static final int POSITION_SWEEPS = 12;
    static final double GAP = 26;
    /** Room for the line of a long edge. */
    private static final double BEND_WIDTH = 10;

    /** A node, or a bend of a long edge. */
    private static final class Spot {
        final int node;
        final double width;
        final List<Spot> above = new ArrayList<>();
        final List<Spot> below = new ArrayList<>();
        int layer;
        double order;
        double x;

        Spot(int node, double width, int layer) {
            this.node = node;
            this.width = width;
            this.layer = layer;
        }
    }

    /** An edge with the points it runs through: x by layer, from the layer of its first end. */
    record Edge(int from, int to, int firstLayer, double[] x) {}

    private final List<List<Spot>> layers = new ArrayList<>();
    private final Spot[] spots;
    private final List<Edge> edges = new ArrayList<>();
    private double width;

    /**
     * Lays out a graph.
     *
     * @param widths of the nodes
     * @param links [link] {from, to}, where {@code from < to}
     */
    Layers(double[] widths, List<int[]> links) {
        int[] layer = layers(widths.length, links);
        spots = new Spot[widths.length];
        for (int node = 0; node < widths.length; node++) {
            spots[node] = place(new Spot(node, widths[node], layer[node]));
        }
        List<List<Spot>> paths = new ArrayList<>();
        for (int[] link : links) {
            paths.add(connect(spots[link[0]], spots[link[1]]));
        }
        order();
        position();
        for (int i = 0; i < links.size(); i++) {
            double[] x = paths.get(i).stream().mapToDouble(spot -> spot.x).toArray();
            edges.add(new Edge(links.get(i)[0], links.get(i)[1], spots[links.get(i)[0]].layer, x));
        }
    }

    /** How many bends the drawing of a graph has: links between all of many layers have too many to draw. */
    static long bends(int nodes, List<int[]> links) {
        int[] layer = layers(nodes, links);
        return links.stream().mapToLong(link -> layer[link[1]] - layer[link[0]] - 1).sum();
    }

    private static int[] layers(int nodes, List<int[]> links) {
        int[] layer = new int[nodes];
        for (int[] link : links.stream().sorted(Comparator.comparingInt(l -> l[0])).toList()) {
            layer[link[1]] = Math.max(layer[link[1]], layer[link[0]] + 1);
        }
        lowerSources(layer, links);
        return layer;
    }

    /** Nodes that depend on nothing move down to just above the first that needs them. */
    private static void lowerSources(int[] layer, List<int[]> links) {
        int[] needed = new int[layer.length];
        boolean[] source = new boolean[layer.length];
        Arrays.fill(needed, Integer.MAX_VALUE);
        Arrays.fill(source, true);
        for (int[] link : links) {
            needed[link[0]] = Math.min(needed[link[0]], layer[link[1]] - 1);
            source[link[1]] = false;
        }
        for (int node = 0; node < layer.length; node++) {
            if (source[node] && needed[node] != Integer.MAX_VALUE) {
                layer[node] = needed[node];
            }
        }
    }

    private Spot place(Spot spot) {
        while (layers.size() <= spot.layer) {
            layers.add(new ArrayList<>());
        }
        spot.order = layers.get(spot.layer).size();
        layers.get(spot.layer).add(spot);
        return spot;
    }

    private List<Spot> connect(Spot from, Spot to) {
        List<Spot> path = new ArrayList<>(List.of(from));
        Spot last = from;
        for (int layer = from.layer + 1; layer < to.layer; layer++) {
            Spot bend = place(new Spot(-1, BEND_WIDTH, layer));
            join(last, bend);
            path.add(bend);
            last = bend;
        }
        join(last, to);
        path.add(to);
        return path;
    }

    private static void join(Spot above, Spot below) {
        above.below.add(below);
        below.above.add(above);
    }

    private void order() {
        for (int sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                List<Spot> layer = layers.get(down ? i : layers.size() - 1 - i);
                for (Spot spot : layer) {
                    List<Spot> neighbours = down ? spot.above : spot.below;
                    spot.order = neighbours.stream().mapToDouble(n -> n.order).average().orElse(spot.order);
                }
                layer.sort(Comparator.comparingDouble(spot -> spot.order));
                for (int at = 0; at < layer.size(); at++) {
                    layer.get(at).order = at;
                }
            }
        }
    }

    private void position() {
        for (List<Spot> layer : layers) {
            double x = 0;
            for (Spot spot : layer) {
                spot.x = x + spot.width / 2;
                x += spot.width + GAP;
            }
            double middle = x / 2;
            layer.forEach(spot -> spot.x -= middle);
        }
        for (int sweep = 0; sweep < POSITION_SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (int i = 0; i < layers.size(); i++) {
                align(layers.get(down ? i : layers.size() - 1 - i), down);
            }
        }
        double left = Double.MAX_VALUE;
        double right = -Double.MAX_VALUE;
        for (List<Spot> layer : layers) {
            for (Spot spot : layer) {
                left = Math.min(left, spot.x - spot.width / 2);
                right = Math.max(right, spot.x + spot.width / 2);
            }
        }
        for (List<Spot> layer : layers) {
            for (Spot spot : layer) {
                spot.x -= left;
            }
        }
        width = layers.isEmpty() ? 0 : right - left;
    }

    /** Moves a layer's spots towards their neighbours; those in each other's way end side by side about their mean. */
    private static void align(List<Spot> layer, boolean down) {
        int n = layer.size();
        double[] wish = new double[n];
        double[] offset = new double[n]; // of each spot's middle from the first one's, side by side
        for (int i = 0; i < n; i++) {
            Spot spot = layer.get(i);
            List<Spot> neighbours = down ? spot.above : spot.below;
            wish[i] = neighbours.stream().mapToDouble(s -> s.x).average().orElse(spot.x);
            offset[i] = i == 0 ? 0 : offset[i - 1] + (layer.get(i - 1).width + spot.width) / 2 + GAP;
        }
        // pool adjacent violators: the least squares solution with the order kept
        double[] mean = new double[n];
        int[] size = new int[n];
        int pools = 0;
        for (int i = 0; i < n; i++) {
            mean[pools] = wish[i] - offset[i];
            size[pools++] = 1;
            while (pools > 1 && mean[pools - 2] > mean[pools - 1]) {
                pools--;
                int both = size[pools - 1] + size[pools];
                mean[pools - 1] = (mean[pools - 1] * size[pools - 1] + mean[pools] * size[pools]) / both;
                size[pools - 1] = both;
            }
        }
        for (int pool = 0, i = 0; pool < pools; pool++) {
            for (int end = i + size[pool]; i < end; i++) {
                layer.get(i).x = mean[pool] + offset[i];
            }
        }
    }

    double width() {
        return width;
    }

    int depth() {
        return layers.size();
    }

    int layer(int node) {
        return spots[node].layer;
    }

    /** Middle of a node. */
    double x(int node) {
        return spots[node].x;
    }

    List<Edge> edges() {
        return edges;
    }
}
