package dev.lanewise.samples.memory;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.FirstSymbol;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import dev.lanewise.samples.page.UnfoldedRnn;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Vanishing gradients: how far back a recurrent network can learn from. */
public final class Memory implements Sample {

    private static final int BATCH = 32;
    static final int UNITS = 48;
    private static final int FARTHEST = 200;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "vanishing gradients: an RNN cannot learn what lies 20 steps back, an LSTM can from 100";
    }

    /** Names the first symbol of a sequence when it has read all of it. */
    static Network network(Recurrent cell, Embedding embedding, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor symbols = net.input("symbols", DType.I32, batch, Dim.upTo("time", FARTHEST + 1));
        Tensor scores = cell.run(symbols.then(embedding)).last().then(Dense.of("scores", FirstSymbol.KINDS));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    static Embedding embedding(double size) {
        return Embedding.of("embedding", FirstSymbol.KINDS, 16).init(Init.normal(size));
    }

    /** Trains on sequences of one distance, or on growing ones up to it, and says what share it then recalls. */
    private static double recall(
            Setting setting, Recurrent cell, String kind, int distance, boolean growing, int batches)
            throws IOException {
        String name = "memory-" + kind + "-" + distance;
        Trainer trainer = Trainer.of(Training.model(name, network(cell, embedding(1), setting.seed())));
        FitOptions options = FitOptions.of(1, Batching.of(BATCH).mostPadding(0).labels("label", FirstSymbol.KINDS))
                .listener(ProgressBar.ofConsole());
        for (int far = 5; growing && far < distance; far = far * 3 / 2) {
            int now = far;
            trainer.fit(Labelled.dataset(BATCH * batches / 5, i -> FirstSymbol.upTo(now, setting.seed(), i)),
                    options.schedule(Schedule.constant(0.002)));
        }
        trainer.fit(Labelled.dataset(BATCH * batches, i -> FirstSymbol.after(distance, setting.seed(), i)),
                options.schedule(Schedule.oneCycle(0.004)));
        Model model = Training.saved(setting, trainer);
        double share = Labelled.accuracy(model, 512, i -> FirstSymbol.after(distance, setting.seed() + 1000, i));
        setting.say("%s recalls %.1f %% of symbols %d steps back", kind, 100 * share, distance);
        return share;
    }

    @Override
    public Page run(Setting setting) throws IOException {
        int[] distances = setting.quick() ? new int[] {5, 10, 20} : new int[] {5, 10, 20, 50, 100, 200};
        int batches = 100 * setting.epochs(20, 6);
        int judged = setting.quick() ? 2 : 4;
        Page page = setting.page("What a recurrent network remembers", "generated, " + FirstSymbol.KINDS + " symbols");
        parameters(setting, page);
        VanishingGradients.show(setting, page);
        page.section("What can be learned").text("Each point is a network of its own, trained only on sequences of"
                + " that length: the first symbol is to be named after the last. All alike: " + UNITS + " units, "
                + batches + " batches of " + BATCH + ", Adam, gradients clipped to a norm of 1. What begins otherwise"
                + " than in PyTorch is the bias of an LSTM's forget gates. Growing: the same after shorter"
                + " sequences, from 5 steps on, each half as long again (" + batches / 5 + " batches each)."
                + " Tested are 512 new sequences by the compiled model.");
        double[] across = Arrays.stream(distances).asDoubleStream().toArray();
        LinePlot plot = new LinePlot(Axis.log("distance", "steps"), Axis.linear("recalled", "share of sequences"))
                .ticks(across).from(0, 1);
        Table table = new Table(Arrays.stream(distances).mapToObj(String::valueOf), "Steps back");
        Recurrent rnn = Rnn.of("cell", UNITS);
        Recurrent lstm = Lstm.of("cell", UNITS);
        double[][] found = {
            line(setting, plot, table, "RNN", rnn, false, distances, batches),
            line(setting, plot, table, "LSTM, forget bias 1", lstm.forgetBias(1), false, distances, batches),
            line(setting, plot, table, "LSTM, forget bias 5", lstm.forgetBias(5), false, distances, batches),
            line(setting, plot, table, "LSTM, bias 1, growing", lstm.forgetBias(1), true, distances, batches),
            line(setting, plot, table, "RNN, growing", rnn, true, distances, batches)};
        plot.reference("chance", new double[] {across[0], across[across.length - 1]}, new double[] {0.125, 0.125});
        page.figure("Recall of the first symbol", plot).figure("The same in numbers", table);
        page.text("What fails is learning, not memory: over 20 steps no gradient arrives that would tell an RNN what to"
                + " keep. One that has first learned over 5 steps to hold a symbol can hold it longer.");
        page.check(Check.atMost("RNN: recall after 20 steps", found[0][2], 0.5));
        for (int i = 2; i < 4; i++) {
            page.check(Check.atLeast((i == 2 ? "LSTM, forget bias 5: recall after " : "LSTM, growing: recall after ")
                    + distances[judged] + " steps", found[i][judged], 0.95));
        }
        return page;
    }

    /** What is trained, and where it stands. */
    private static void parameters(Setting setting, Page page) {
        Network network = network(Rnn.of("cell", UNITS), embedding(1), setting.seed());
        Map<String, String> names = new LinkedHashMap<>();
        names.put("cell.0.weight", "U");
        names.put("cell.0.recurrent", "W");
        names.put("cell.0.bias", "b");
        names.put("scores.weight", "V");
        names.put("scores.bias", "c");
        List<String> letters = names.entrySet().stream()
                .map(entry -> entry.getValue() + ": " + entry.getKey() + " "
                        + Arrays.toString(network.parameters().get(entry.getKey()).shape()))
                .toList();
        page.section("One network, however long the sequence").text("The same five parameters serve every step: what"
                + " was learned of a symbol in one place holds in all. The bias is kept as two, for U and for W, which"
                + " are added.")
                .code("h(t) = tanh(W h(t−1) + U x(t) + b)\no = V h(T) + c")
                .figure("An RNN, unfolded in time", new UnfoldedRnn(letters));
    }

    private static double[] line(Setting setting, LinePlot plot, Table table, String name, Recurrent cell,
            boolean growing, int[] distances, int batches) throws IOException {
        String kind = name.toLowerCase().replaceAll("[^a-z0-9]+", "-");
        double[] shares = new double[distances.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = recall(setting, cell, kind, distances[i], growing, batches);
        }
        table.row(Arrays.stream(shares).mapToObj(Axis::percent), name);
        plot.curve(name, Arrays.stream(distances).asDoubleStream().toArray(), shares);
        return shares;
    }
}
