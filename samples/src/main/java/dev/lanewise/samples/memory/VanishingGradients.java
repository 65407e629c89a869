package dev.lanewise.samples.memory;

import dev.lanewise.compiler.network.Init;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.runtime.Session;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.FirstSymbol;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.util.stream.IntStream;

/** What is left of a loss's gradient on its way back through time, before anything was trained. */
final class VanishingGradients {

    private static final int BACK = 60;

    private VanishingGradients() {}

    /** ‖∂loss/∂h(T − d)‖ / ‖∂loss/∂h(T)‖ for d = 0, 1, …: an output of the program that trains. */
    private static double[] gradients(Network network) {
        Session session = Training.model("gradients", network).program("train").newSession();
        FirstSymbol.after(BACK, 7, 0).feed(session, 1);
        session.input("learning_rate").set(0);
        session.run();
        var norms = session.output("cell/gradient_norms"); // [time]
        return IntStream.rangeClosed(0, BACK).mapToDouble(d -> norms.get(BACK - d) / norms.get(BACK)).toArray();
    }

    /** RNNs whose W has all its eigenvalues at one distance from 0, and LSTMs with more and less bias to remember. */
    static void show(Setting setting, Page page) {
        double[] back = IntStream.rangeClosed(0, BACK).asDoubleStream().toArray();
        LinePlot plot = new LinePlot(Axis.linear("distance from the loss", "steps"),
                Axis.log("‖∂loss/∂h‖", "share of that at the loss"));
        page.section("Where the gradient goes").text("On its way back through time the gradient is multiplied at each"
                + " step by the transposed W and the slope of tanh. Here W is orthogonal times λ, so that all its"
                + " eigenvalues have the size λ, and inputs are so small that the slope is 1: what is left after d"
                + " steps is λ to the power of d. In an LSTM it is about what its forget gates let through.")
                .code("h(t) = tanh(W h(t−1) + U x(t) + b)\n∂loss/∂h(t−1) = Wᵀ diag(1 − h(t)²) ∂loss/∂h(t)");
        for (double size : new double[] {0.9, 1, 1.1}) {
            Recurrent cell = Rnn.of("cell", Memory.UNITS)
                    .init(Init.xavierUniform(), Init.orthogonal(size))
                    .bias(Init.zeros());
            double[] norms = gradients(Memory.network(cell, Memory.embedding(1e-4), setting.seed()));
            double perStep = Math.pow(norms[BACK], 1.0 / BACK);
            plot.curve("RNN, λ = " + size, back, norms);
            page.check(Check.between("gradient per step at λ = " + size, perStep, size - 0.01, size + 0.01));
        }
        Network usual = Memory.network(Rnn.of("cell", Memory.UNITS), Memory.embedding(1), setting.seed());
        plot.curve("RNN as PyTorch begins", back, gradients(usual));
        for (int bias : new int[] {1, 5}) {
            Recurrent cell = Lstm.of("cell", Memory.UNITS).forgetBias(bias);
            Network lstm = Memory.network(cell, Memory.embedding(1), setting.seed());
            plot.curve("LSTM, forget bias " + bias, back, gradients(lstm));
        }
        page.figure("Norm of the gradient on its way back, before training", plot);
    }
}
