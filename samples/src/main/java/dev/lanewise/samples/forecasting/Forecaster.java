package dev.lanewise.samples.forecasting;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.SeriesWindows;
import java.io.IOException;

/**
 * Forecasts the next value of a series as a normal distribution: an LSTM reads the series and gives mean and log of the
 * deviation after each step. Trained on windows, then compiled for a stream; for one thread.
 */
final class Forecaster {

    private static final int BATCH = 16;

    private final Recurrent lstm;
    private final Dense mean = Dense.of("mean", 1);
    private final Dense deviation = Dense.of("deviation", 1);
    private Session session;

    Forecaster(int units) {
        lstm = Lstm.of("lstm", units);
    }

    /** Loss: the negative log of the likelihood, without its constant. */
    private Network network(int channels, int window, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor y = net.input("x", DType.F32, batch, Dim.of(window), Dim.of(channels)).then(lstm);
        Tensor m = y.then(mean);
        Tensor s = y.then(deviation); // log of it, so that it is above zero
        net.output("mean", m);
        net.output("deviation", s);
        Tensor next = net.target("next", DType.F32, batch, Dim.of(window), Dim.ONE);
        Tensor off = next.minus(m).times(s.negated().exp());
        net.loss("loss", off.square().times(0.5).plus(s).mean());
        return net.build();
    }

    private Network stream(Network trained, int channels) {
        NetworkBuilder net = trained.sibling();
        Tensor y = net.input("x", DType.F32, Dim.ONE, Dim.upTo("time", 1), Dim.of(channels)).then(lstm);
        net.output("mean", y.then(mean));
        net.output("deviation", y.then(deviation).exp());
        return net.build();
    }

    /**
     * Trains on all windows of so many steps that begin a {@code stride} apart, and compiles what came out.
     *
     * @param x [time][channels] what is known at each step; its first channel is the value itself
     */
    void train(Setting setting, String name, float[][] x, int window, int stride, int epochs) throws IOException {
        Network network = network(x[0].length, window, setting.seed());
        Trainer trainer = Trainer.of(Training.model(name, network));
        trainer.fit(SeriesWindows.of(x, window, stride),
                FitOptions.of(epochs, Batching.of(BATCH).seed(setting.seed()))
                        .schedule(Schedule.oneCycle(0.01)).listener(ProgressBar.ofConsole()));
        Network stream = stream(Training.trained(network, trainer), x[0].length);
        CompileOptions options = CompileOptions.defaults().stream(new StreamAxis("time", 0));
        session = Training.saved(setting, name, stream, options).newSession();
    }

    /** A stream that has read nothing. */
    State begin() {
        return session.model().newState();
    }

    /** Reads one step and gives mean and deviation of the next value. */
    double[] read(State state, float... step) {
        session.bind(state);
        session.input("x").set(step);
        session.run();
        return new double[] {session.output("mean").get(0), session.output("deviation").get(0)};
    }
}
