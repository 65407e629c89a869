package dev.lanewise.samples;

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
import dev.lanewise.runtime.Session;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;

/** Vanishing gradients: how far back a recurrent network can learn from. */
final class Memory implements Sample {

    private static final int BATCH = 32;
    private static final int UNITS = 48;
    private static final int FARTHEST = 200;
    private static final double MASTERED = 0.1; // a loss below which the distance grows

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "vanishing gradients: what an RNN forgets after 20 steps and an LSTM knows after 100";
    }

    /** Names the first symbol of a sequence when it has read all of it. */
    private static Network network(Recurrent cell, Init embedding, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.symbol("batch", 1, BATCH);
        Tensor symbols = net.input("symbols", DType.I32, batch, Dim.symbol("time", 1, FARTHEST + 1));
        Tensor last = cell.run(symbols.then(Embedding.of("embedding", 2 * FirstSymbol.KINDS, 16).init(embedding))).last();
        Tensor scores = last.then(Dense.of("scores", FirstSymbol.KINDS));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    /** ‖∂loss/∂h(T − d)‖ / ‖∂loss/∂h(T)‖ for d = 0, 1, …, mean over a batch. */
    private static double[] gradients(Network network, long seed, int distance) {
        Session session = Training.session(network);
        FirstSymbol.sequences(new Random(seed), BATCH, distance).feed(session);
        session.input("learning_rate").set(0);
        session.run();
        String name = session.model().outputNames().stream().filter(n -> n.endsWith("gradient_norms")).findAny().get();
        var norms = session.output(name);
        double[] ratios = new double[distance + 1];
        Arrays.setAll(ratios, d -> norms.get(distance - d) / norms.get(distance));
        return ratios;
    }

    /** What came of training a cell. */
    private record Outcome(Network network, double[] recall, double[] mastered) {}

    private static Outcome train(Setting setting, String name, Recurrent cell, int steps, int farthest, int[] distances)
            throws IOException {
        Training training = Training.of(name, network(cell, Init.normal(1), setting.seed()));
        Random random = new Random(setting.seed());
        double[] mastered = new double[steps];
        double[] progress = {5, 2}; // the present distance, the smoothed loss
        training.fit(setting, steps, 0.004, step -> {
            int far = (int) progress[0];
            return FirstSymbol.sequences(random, BATCH, random.nextBoolean() ? far : 1 + random.nextInt(far));
        }, (step, loss) -> {
            progress[1] = 0.9 * progress[1] + 0.1 * loss;
            mastered[step] = progress[0];
            if (progress[1] < MASTERED && progress[0] < farthest) {
                progress[0] = Math.min(farthest, Math.max(progress[0] + 1, 1.2 * progress[0]));
                progress[1] = 2 * MASTERED;
            }
        });
        Session session = training.compiled(setting).newSession();
        double[] recall = new double[distances.length];
        for (int i = 0; i < recall.length; i++) {
            Random other = new Random(setting.seed() + 1000 + i);
            int distance = distances[i];
            recall[i] = DoubleStream.generate(() -> FirstSymbol.sequences(other, BATCH, distance).accuracy(session)).limit(16)
                    .average().orElseThrow();
            setting.say("  %s recalls the symbol %d steps back: %.1f %%", name, distance, 100 * recall[i]);
        }
        return new Outcome(training.trained(), recall, mastered);
    }

    @Override
    public Page run(Setting setting) throws IOException {
        int[] distances = setting.quick() ? new int[] {5, 10, 20, 30} : new int[] {5, 10, 20, 50, 100, 200};
        int steps = 100 * setting.epochs(50, 10);
        int farthest = setting.quick() ? 30 : FARTHEST;
        Page page = new Page("What a recurrent network remembers", "Seed " + setting.seed()
                + (setting.quick() ? ", quick" : "") + ". Data: generated, " + FirstSymbol.KINDS + " symbols to remember among "
                + FirstSymbol.KINDS + " others.");
        atFirst(setting, page);

        Outcome rnn = train(setting, "memory-rnn", Rnn.of("cell", UNITS), steps, farthest, distances);
        Outcome lstm = train(setting, "memory-lstm", Lstm.of("cell", UNITS).forgetBias(1), steps, farthest, distances);
        page.section("What training makes of it").text("Both cells are trained alike: " + UNITS + " units, " + steps
                + " batches of " + BATCH + " sequences, Adam, gradients clipped to a norm of 1, and a curriculum: the"
                + " distance begins with 5 and grows whenever the loss falls below " + MASTERED + ". The LSTM's forget"
                + " gates begin with a bias of 1; all else begins as in PyTorch. Tested are 512 new sequences for each"
                + " distance, by the compiled model.");
        double[] across = Arrays.stream(distances).asDoubleStream().toArray();
        double[] chance = {1.0 / FirstSymbol.KINDS, 1.0 / FirstSymbol.KINDS};
        page.figure("Recall of the first symbol", new LinePlot(Axis.log("distance", "steps"),
                Axis.linear("named rightly", "share of sequences")).ticks(across).from(0, 1)
                .curve("RNN", across, rnn.recall).curve("LSTM", across, lstm.recall)
                .reference("chance", new double[] {across[0], across[across.length - 1]}, chance));
        double[] batches = DoubleStream.iterate(1, i -> i + 1).limit(steps).toArray();
        page.figure("How far the curriculum came", new LinePlot(Axis.linear("training", "batches"),
                Axis.linear("distance trained on", "steps")).from(0, farthest)
                .curve("RNN", batches, rnn.mastered).curve("LSTM", batches, lstm.mastered));
        int half = farthest / 2;
        double[] back = DoubleStream.iterate(0, i -> i + 1).limit(half + 1).toArray();
        page.figure("How the gradient shrinks on its way back, after training", new LinePlot(
                Axis.linear("distance from the loss", "steps"), Axis.log("‖∂loss/∂h‖", "share of that at the loss"))
                .curve("RNN", back, gradients(rnn.network, 9, half))
                .curve("LSTM", back, gradients(lstm.network, 9, half)));
        Table table = new Table("Distance in steps", "RNN", "LSTM");
        for (int i = 0; i < distances.length; i++) {
            table.row("" + distances[i], Axis.percent(rnn.recall[i]), Axis.percent(lstm.recall[i]));
        }
        page.figure("Recall in numbers", table);
        int at = setting.quick() ? 2 : 4;
        page.check(Check.atLeast("LSTM's recall after " + distances[at] + " steps", lstm.recall[at], 0.95));
        double worst = Arrays.stream(rnn.recall, 2, distances.length).min().orElseThrow();
        return page.check(Check.atMost("RNN's least recall from 20 steps on", worst, 0.8));
    }

    /** Before training: RNNs whose W has all its eigenvalues at one distance from 0, and LSTMs. */
    private static void atFirst(Setting setting, Page page) {
        int distance = 60;
        double[] back = DoubleStream.iterate(0, i -> i + 1).limit(distance + 1).toArray();
        LinePlot plot = new LinePlot(Axis.linear("distance from the loss", "steps"),
                Axis.log("‖∂loss/∂h‖", "share of that at the loss"));
        page.section("Before training").text("On its way back through time the gradient is multiplied at each step by"
                + " the transposed W and the slope of tanh. Here W is orthogonal times λ, so that all its eigenvalues"
                + " have the size λ, and inputs are so small that the slope is 1: the gradient goes as λ to the power"
                + " of the distance. An LSTM's goes as its forget gates.").code("h(t) = tanh(W h(t−1) + U x(t) + b)"
                        + "      ∂loss/∂h(t−1) = Wᵀ · diag(1 − h(t)²) · ∂loss/∂h(t)");
        for (double size : new double[] {0.9, 1, 1.1}) {
            Recurrent cell = Rnn.of("cell", UNITS).init(Init.xavierUniform(), Init.orthogonal(size)).bias(Init.zeros());
            double[] norms = gradients(network(cell, Init.normal(1e-4), setting.seed()), 7, distance);
            double perStep = Math.pow(norms[distance], 1.0 / distance);
            setting.say("RNN, eigenvalues of size %.1f: the gradient changes by %.3f a step", size, perStep);
            plot.curve("RNN, λ = " + size, back, norms);
            page.check(Check.between("change of the gradient per step at λ = " + size, perStep, size - 0.01,
                    size + 0.01));
        }
        for (double bias : new double[] {0, 3}) {
            Recurrent cell = Lstm.of("cell", UNITS).forgetBias(bias);
            plot.curve("LSTM, forget bias " + (int) bias, back,
                    gradients(network(cell, Init.normal(1), setting.seed()), 7, distance));
        }
        page.figure("How the gradient changes on its way back, before training", plot);
    }
}
