package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import java.util.ArrayList;
import java.util.List;

/** Recurrent cells: one step with the state carried on, as a stream does, and sequences of 100. Input = hidden. */
final class RecurrentRows {

    private static final int[] SIZES = {32, 64, 128, 256, 512};
    private static final double[] STEP_LEAST = {20, 8, 4, 1.5, 1.1};
    private static final double[] SEQUENCE_LEAST = {1.5, 1.3, 1.3, 1.3, 1.05};
    private static final int SEQUENCE = 100;

    enum Cell {
        LSTM("LSTM", 4, 2),
        GRU("GRU", 3, 1),
        RNN("RNN", 1, 1);

        final String onnx;
        final int gates;
        final int states;

        Cell(String onnx, int gates, int states) {
            this.onnx = onnx;
            this.gates = gates;
            this.states = states;
        }
    }

    private RecurrentRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int i = 0; i < SIZES.length; i++) {
                int size = SIZES[i];
                rows.add(new Row(Suite.RECURRENT, cell + " step, hidden " + size, STEP_LEAST[i], Row.Against.PINNED,
                        () -> work(cell, size, 1, 1)));
            }
        }
        for (int i = 0; i < SIZES.length; i++) {
            int size = SIZES[i];
            rows.add(new Row(Suite.RECURRENT, "LSTM over " + SEQUENCE + ", hidden " + size, SEQUENCE_LEAST[i],
                    Row.Against.BEST, () -> work(Cell.LSTM, size, SEQUENCE, 1)));
        }
        return rows;
    }

    /** One step of an LSTM of that size, its state carried on. */
    static ModelWork lstmStep(int size) {
        return work(Cell.LSTM, size, 1, 1);
    }

    /** The same of many streams; see {@link ModelWork.Streams}. */
    static ModelWork lstmStreams(int size, ModelWork.Streams streams) {
        return work(Cell.LSTM, size, 1, streams.count(), streams.scattered())
                .streams(streams, lstmStep(size).onnx());
    }

    static ModelWork work(Cell cell, int size, int length, int batch) {
        return work(cell, size, length, batch, false);
    }

    /** Gives all hidden states, and carries the last into the next call. */
    private static ModelWork work(Cell cell, int size, int length, int batch, boolean scattered) {
        float range = (float) (1 / Math.sqrt(size)); // PyTorch's initialisation
        int rows = cell.gates * size;
        float[] w = weights(1, cell, size);
        float[] r = weights(2, cell, size);
        float[] b = Feed.numbers(3, range, 2 * rows);
        OnnxGraph graph = new OnnxGraph();
        List<String> inputs = new ArrayList<>(List.of(
                graph.input("x", length, batch, size), graph.weight(w, 1, rows, size), graph.weight(r, 1, rows, size),
                graph.weight(b, 1, 2 * rows), ""));
        List<Feed> feeds = new ArrayList<>(List.of(Feed.random("x", length, batch, size)));
        List<String> outputs = new ArrayList<>(List.of("y"));
        for (String state : cell.states == 2 ? List.of("h", "c") : List.of("h")) {
            inputs.add(graph.input(state, 1, batch, size));
            outputs.add(state + "n");
            feeds.add(Feed.zeros(state, 1, batch, size));
        }
        graph.named(cell.onnx, outputs, inputs.toArray(String[]::new)).withInt("hidden_size", size);
        if (cell == Cell.GRU) {
            graph.withInt("linear_before_reset", 1); // PyTorch knows no other
        }
        graph.output("y", length, 1, batch, size);
        outputs.subList(1, outputs.size()).forEach(state -> graph.output(state, 1, batch, size));
        ModelWork work = ModelWork.of(graph, feeds,
                manager -> torch(manager, cell, size, length, batch, scattered, w, r, b));
        for (int i = 1; i < outputs.size(); i++) {
            work = work.carry(feeds.get(i).name(), outputs.get(i));
        }
        return work;
    }

    /** Input weights (seed 1) or recurrent ones (seed 2), [gates · size, size]. */
    static float[] weights(long seed, Cell cell, int size) {
        return Feed.numbers(seed, (float) (1 / Math.sqrt(size)), cell.gates * size, size);
    }

    private static Torch.Call torch(
            NDManager manager, Cell cell, int size, int length, int batch, boolean scattered, float[] w, float[] r,
            float[] b) {
        int rows = cell.gates * size;
        int[] order = switch (cell) {
            case LSTM -> new int[] {0, 2, 3, 1};
            case GRU -> new int[] {1, 0, 2};
            case RNN -> new int[] {0};
        };
        NDArray x = Torch.array(manager, (float[]) Feed.random("x", length, batch, size).values(), length, batch, size);
        NDList weights = new NDList(
                Torch.array(manager, reorder(w, order, 0, size * size), rows, size),
                Torch.array(manager, reorder(r, order, 0, size * size), rows, size),
                Torch.array(manager, reorder(b, order, 0, size), rows),
                Torch.array(manager, reorder(b, order, rows, size), rows));
        Shape shape = new Shape(1, batch, size);
        NDArray[] state = {manager.zeros(shape), manager.zeros(shape)};
        Scattered[] streams = {new Scattered(batch, size), new Scattered(batch, size)};
        return () -> {
            NDList result = switch (cell) {
                case LSTM -> x.getNDArrayInternal()
                        .lstm(x, new NDList(state[0], state[1]), weights, true, 1, 0, false, false, false);
                case GRU -> x.getNDArrayInternal().gru(x, state[0], weights, true, 1, 0, false, false, false);
                case RNN -> x.getNDArrayInternal()
                        .rnn(x, state[0], weights, true, 1, RNN.Activation.TANH, 0, false, false,
                                false);
            };
            for (int i = 0; i < cell.states; i++) {
                state[i].close();
                state[i] = scattered ? streams[i].throughStreams(result.get(i + 1)) : result.get(i + 1);
            }
            return new NDList(result.get(0));
        };
    }

    /**
     * Gates in PyTorch's order (i, f, g, o; r, z, n) from ONNX's (i, o, f, c; z, r, h).
     *
     * @param order for each gate of PyTorch its place in ONNX's order
     * @param from where the first gate begins in {@code values[gates * size]}
     */
    private static float[] reorder(float[] values, int[] order, int from, int size) {
        float[] result = new float[order.length * size];
        for (int gate = 0; gate < order.length; gate++) {
            System.arraycopy(values, from + order[gate] * size, result, gate * size, size);
        }
        return result;
    }
}
