package dev.lanewise.samples.positions;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.LearnedPositions;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.WhichFirst;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.HeatMap;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.page.Table;
import java.io.IOException;
import java.util.List;

/** Self-attention without positions cannot tell order; with positions it can, and the maps show how. */
public final class Positions implements Sample {

    private static final int BATCH = 64;
    private static final int SIZE = 32;
    private static final int HEADS = 4;

    /** How a network is told where a symbol stands. */
    private enum Kind { NONE, SINUSOIDAL, LEARNED, ROTARY }

    @Override
    public String name() {
        return "positions";
    }

    @Override
    public String about() {
        return "self-attention cannot tell order without positions; attention maps; how far and how fast networks see";
    }

    /** Says which of A and B comes first; gives the weights of its first layer's attention. */
    private static Network network(Kind kind, boolean others, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor symbols = net.input("symbols", DType.I32, batch, Dim.upTo("time", WhichFirst.LONGEST));
        Tensor x = symbols.then(Embedding.of("embedding", WhichFirst.SYMBOLS, SIZE));
        x = switch (kind) {
            case SINUSOIDAL -> x.then(SinusoidalPositions.of("positions", WhichFirst.LONGEST));
            case LEARNED -> x.then(LearnedPositions.of("positions", WhichFirst.LONGEST));
            case NONE, ROTARY -> x;
        };
        for (int i = 0; i < 2; i++) {
            TransformerEncoderLayer layer = TransformerEncoderLayer.of("encoder." + i, HEADS, 2 * SIZE);
            layer = kind == Kind.ROTARY ? layer.rotary(WhichFirst.LONGEST) : layer;
            MultiHeadAttention.Result attended = (others ? layer.toOthers() : layer).weigh(x, null);
            net.output("attention." + i, attended.weights());
            x = attended.output();
        }
        Tensor scores = x.mean(1).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    private static Model train(Setting setting, Kind kind, boolean others) throws IOException {
        String name = "positions-" + kind.toString().toLowerCase() + (others ? "-others" : "");
        Trainer trainer = Trainer.of(Training.model(name, network(kind, others, setting.seed())));
        int count = BATCH * 100 * setting.epochs(15, 6);
        trainer.fit(Labelled.dataset(count, i -> WhichFirst.pairs(setting.seed(), i)),
                FitOptions.of(1, Batching.of(BATCH).mostPadding(0).labels("label", 2))
                        .schedule(Schedule.oneCycle(0.003)).listener(ProgressBar.ofConsole()));
        return Training.saved(setting, trainer);
    }

    /** The share of new sequences of which the order is told. */
    private static double accuracy(Setting setting, Model model) {
        return Labelled.accuracy(model, 2000, i -> WhichFirst.pairs(setting.seed() + 1000, i));
    }

    @Override
    public Page run(Setting setting) throws IOException {
        Page page = setting.page(
                "Order, and where attention gets it from", "generated, A and B among symbols that say nothing");
        page.section("Which comes first?").text("A sequence of 4 to 20 symbols has an A and a B; the network says which"
                + " comes first. Each test sequence is there twice, the second time with A and B exchanged: the same"
                + " symbols in another order. Two encoder layers of " + HEADS + " heads and size " + SIZE + ", then"
                + " the mean over time. Self-attention is the same for every order of its inputs, so that without"
                + " positions both must get one answer.");
        Table table = new Table("Positions", "Order told");
        Model shown = null;
        for (Kind kind : Kind.values()) {
            Model model = train(setting, kind, false);
            double accuracy = accuracy(setting, model);
            setting.say("  positions %s: %.1f %% right", kind.toString().toLowerCase(), 100 * accuracy);
            table.row(kind.toString().toLowerCase(), Axis.percent(accuracy));
            page.check(kind == Kind.NONE
                    ? Check.between("order told without positions", accuracy, 0.47, 0.53)
                    : Check.atLeast("order told, positions " + kind.toString().toLowerCase(), accuracy, 0.99));
            shown = kind == Kind.LEARNED ? model : shown;
        }
        page.figure("Sequences whose order is told", table);
        maps(page.section("Attention by head"), "learned positions", shown);
        Model others = train(setting, Kind.LEARNED, true);
        double accuracy = accuracy(setting, others);
        page.check(Check.atLeast("order told, each attending to others alone", accuracy, 0.99));
        maps(page.section("The same, j ≠ i"), "learned positions, each step attends to others alone", others);
        FieldByDepth.show(setting, page);
        SequenceSpeed.show(setting, page);
        return page;
    }

    /** The first layer's weights for one sequence: an output of the model, read where it lies. */
    private static void maps(Page page, String what, Model model) {
        Session session = model.newSession();
        List<String> names = WhichFirst.EXAMPLE.chars().mapToObj(Character::toString).toList();
        WhichFirst.example().feed(session, 1);
        session.run();
        for (int head = 0; head < HEADS; head++) {
            page.figure("Head " + (head + 1) + ", layer 1: " + what,
                    HeatMap.ofHead(session.output("attention.0"), head, names));
        }
    }
}
