package dev.lanewise.runtime.train;

/** The exponential of the mean negative log likelihood of a token. */
public final class Perplexity implements Metric {

    private final String loss;
    private final String labels;
    private double sum;
    private long tokens;

    private Perplexity(String loss, String labels) {
        this.loss = loss;
        this.labels = labels;
    }

    /**
     * @param loss an output: the mean over the batch's tokens, in nats
     * @param labels the input that holds them; padding, and labels that are ignored, do not count
     */
    public static Perplexity of(String loss, String labels) {
        return new Perplexity(loss, labels);
    }

    @Override
    public String name() {
        return "perplexity";
    }

    @Override
    public void reset() {
        sum = 0;
        tokens = 0;
    }

    @Override
    public void add(Results results) {
        Batch batch = results.batch();
        int counted = 0;
        for (int i = 0; i < batch.size(labels); i++) {
            counted += batch.counts(labels, i) ? 1 : 0;
        }
        sum += (double) results.output(loss).get(0) * counted;
        tokens += counted;
    }

    @Override
    public double value() {
        return Math.exp(sum / tokens);
    }

    @Override
    public boolean largerIsBetter() {
        return false;
    }
}
