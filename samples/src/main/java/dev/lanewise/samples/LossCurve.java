package dev.lanewise.samples;

import dev.lanewise.runtime.train.StepReport;
import dev.lanewise.runtime.train.TrainListener;
import dev.lanewise.samples.page.LinePlot;
import java.util.stream.DoubleStream;

/** The loss while a network is trained, in means over some batches, by thousands of batches, for a plot. */
public final class LossCurve implements TrainListener {

    private final DoubleStream.Builder steps = DoubleStream.builder();
    private final DoubleStream.Builder losses = DoubleStream.builder();
    private final int every;
    private double sum;

    /** @param every so many batches there is a point */
    public LossCurve(int every) {
        this.every = every;
    }

    @Override
    public void onStep(StepReport step) {
        sum += step.loss();
        if (step.step() % every == 0) {
            steps.add(step.step() / 1000.0);
            losses.add(sum / every);
            sum = 0;
        }
    }

    /** Draws it. */
    public void addTo(LinePlot plot, String name) {
        plot.curve(name, steps.build().toArray(), losses.build().toArray());
    }
}
