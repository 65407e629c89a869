package dev.lanewise.runtime.train;

/** The learning rate of each step. Stateless, so that training goes on after a checkpoint as if it had not stopped. */
@FunctionalInterface
public interface Schedule {

    /**
     * The rate of a step. Allocates nothing.
     *
     * @param step from 0
     * @param steps how many the whole training has
     */
    double rate(long step, long steps);

    static Schedule constant(double rate) {
        return (step, steps) -> rate;
    }

    /** Times {@code factor} after each {@code every} steps. */
    static Schedule step(double rate, long every, double factor) {
        return (step, steps) -> rate * Math.pow(factor, step / every);
    }

    /** Half a cosine from {@code rate} down to {@code least} (Loshchilov, Hutter 2017, without restarts). */
    static Schedule cosine(double rate, double least) {
        return (step, steps) -> between(rate, least, (double) step / steps);
    }

    /**
     * One rise and one fall, each half a cosine (Smith, Topin 2018): from {@code rate / 25} to {@code rate} in the
     * first
     * 30 % of the steps, then down to {@code rate / 250,000}; PyTorch's defaults.
     */
    static Schedule oneCycle(double rate) {
        return (step, steps) -> {
            double top = 0.3 * steps - 1;
            return step <= top
                    ? between(rate / 25, rate, top <= 0 ? 1 : step / top)
                    : between(rate, rate / 250_000, (step - top) / (steps - 1 - top));
        };
    }

    /** Rises in a straight line in the first steps, to what this schedule gives from there on for the steps left. */
    default Schedule warmUp(long first) {
        return (step, steps) -> step < first
                ? rate(0, Math.max(1, steps - first)) * (step + 1) / first
                : rate(step - first, Math.max(1, steps - first));
    }

    private static double between(double from, double to, double part) {
        return to + (from - to) * (1 + Math.cos(Math.PI * part)) / 2;
    }
}
