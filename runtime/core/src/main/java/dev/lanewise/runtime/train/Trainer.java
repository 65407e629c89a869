package dev.lanewise.runtime.train;

import dev.lanewise.formats.DivergenceException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.SessionOptions;
import dev.lanewise.runtime.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Trains a model that was compiled to be trained. Holds the weights that change, and a session of each program; used by
 * one thread at a time, but for {@link #stop}. A step of training allocates nothing once warm.
 *
 * <pre>{@code
 * Trainer trainer = Trainer.of(Model.load(file));
 * trainer.fit(data, FitOptions.of(10, Batching.of(32)).validation(held).metric(Accuracy.of("scores", "label")));
 * trainer.publish();
 * trainer.save(trained);
 * }</pre>
 */
public final class Trainer {

    private static final String TRAIN = "train";
    private static final String EVALUATE = "evaluate";
    private static final String UPDATE = "update";
    static final String RATE = "learning_rate";
    static final String NORM = "gradient_norm";
    private static final String AVERAGE = "/average";

    private final Model model;
    private final Session train;
    private final Session evaluate;
    /** {@code null} where gradients are not accumulated. */
    private final Session update;
    private final String loss;
    private final List<String> parameters;
    /** [parameter] the state whose values are used: the average where there is one. */
    private final List<String> sources;
    /** States of the model itself, such as a cell's. */
    private final List<String> streams;
    /** {@code null} until weights are published. */
    private State published;
    private volatile boolean stopping;

    private Trainer(Model model, SessionOptions options) {
        this.model = model;
        if (!model.programs().contains(TRAIN)) {
            throw new PlanException(model.name() + ": cannot be trained; compile it with --trainable");
        }
        train = model.program(TRAIN).newSession(options);
        evaluate = model.program(EVALUATE).newSession(options);
        update = model.programs().contains(UPDATE) ? model.program(UPDATE).newSession(options) : null;
        List<String> outputs = new ArrayList<>(evaluate.model().outputNames());
        outputs.removeAll(model.outputNames());
        loss = outputs.get(0);
        parameters = evaluate.model().parameterNames();
        sources = sources(updating().model().stateNames());
        streams = model.stateNames();
    }

    private List<String> sources(List<String> states) {
        List<String> names = new ArrayList<>();
        for (String name : parameters) {
            names.add(states.contains(name + AVERAGE) ? name + AVERAGE : name);
        }
        return List.copyOf(names);
    }

    /**
     * A trainer that begins with the weights in the model's file.
     *
     * @throws PlanException where the model was not compiled to be trained
     */
    public static Trainer of(Model model) {
        return of(model, SessionOptions.defaults());
    }

    /** The same with threads that share large steps; see {@link #of(Model)}. */
    public static Trainer of(Model model, SessionOptions options) {
        return new Trainer(model, options);
    }

    /**
     * Trains.
     *
     * @throws dev.lanewise.formats.DataException where an example does not fit, which is seen before it reaches the
     *     weights
     * @throws dev.lanewise.formats.DivergenceException where the loss, or a weight, is no longer finite
     * @throws IOException where a checkpoint or a log cannot be written or read
     */
    public Fitted fit(Dataset data, FitOptions options) throws IOException {
        stopping = false;
        try (Interruption interruption = Interruption.during(this, options.checkpoint() != null)) {
            return new Fit(this, data, options).run();
        }
    }

    /**
     * Has a {@link #fit} that goes on in another thread, or that has called this through a listener, end after the
     * present step. It writes its checkpoint and returns.
     */
    public void stop() {
        stopping = true;
    }

    boolean stopping() {
        return stopping || Thread.currentThread().isInterrupted();
    }

    /**
     * Judges the present weights.
     *
     * @param batching its order does not matter
     * @return by name, the loss (mean over the examples) as {@code loss}
     */
    public Map<String, Double> evaluate(Dataset data, Batching batching, Metric... metrics) {
        return new Evaluation(this, data, batching, List.of(metrics), false).run();
    }

    /**
     * Makes the present weights those that all sessions of the model infer with from their next run on; see {@link
     * Model#publish}. After the first time it allocates little, and keeps nothing.
     *
     * @return the version's number, from 1
     */
    public int publish() {
        if (published == null) {
            published = evaluate.model().newState();
        }
        copyWeights(published);
        return model.publish(published);
    }

    /**
     * Writes a model file with the present weights, whole or not at all: what is loaded from it infers with them, and
     * begins to train with them.
     *
     * @throws IOException where it cannot be written
     */
    public void save(Path file) throws IOException {
        State weights = evaluate.model().newState();
        copyWeights(weights);
        model.withWeights(weights).write(file);
    }

    /** A weight, [elements]; of the running averages where the model was compiled with them. */
    public float[] weights(String name) {
        int at = parameters.indexOf(name);
        if (at < 0) {
            throw new IllegalArgumentException("no weights '" + name + "'; there are " + parameters);
        }
        float[] values = new float[train.state().elements(name)];
        holder(at).state().read(sources.get(at), values);
        return values;
    }

    /**
     * What a state of the program that trains has now, f32, [its elements at the bounds]: such as a cell's {@code h}.
     */
    public float[] state(String name) {
        float[] values = new float[train.state().elements(name)];
        train.state().read(name, values);
        return values;
    }

    /** Multiply-adds of all steps of training so far, counted by the steps that did them. */
    public long multiplyAdds() {
        return train.multiplyAdds() + (update == null ? 0 : update.multiplyAdds());
    }

    /** Names of what is trained. */
    public List<String> parameters() {
        return parameters;
    }

    public Model model() {
        return model;
    }

    /** Brings the present weights into a state of the program {@code evaluate}. Allocates nothing. */
    void copyWeights(State into) {
        for (int i = 0; i < parameters.size(); i++) {
            into.take(parameters.get(i), holder(i).state(), sources.get(i));
        }
    }

    /** The session with the values of a parameter that are used: an average is the updating one's. */
    private Session holder(int parameter) {
        return sources.get(parameter).equals(parameters.get(parameter)) ? train : updating();
    }

    /** Makes the weights what a state of the program {@code evaluate} has. */
    void setWeights(State from) {
        for (int i = 0; i < parameters.size(); i++) {
            train.state().take(parameters.get(i), from, parameters.get(i));
            holder(i).state().take(sources.get(i), from, parameters.get(i));
        }
        if (update != null) {
            update.state().takeShared(train.state());
        }
    }

    /** Fails where a weight is not finite. */
    void requireFinite(String when) {
        String wrong = train.state().firstNonFinite(parameters);
        if (wrong != null) {
            throw new DivergenceException(when + ": the weights '" + wrong + "' hold values that are not finite: a"
                    + " gradient was not, though the loss was");
        }
    }

    Session trainSession() {
        return train;
    }

    Session evaluateSession() {
        return evaluate;
    }

    /** {@code null} where gradients are not accumulated. */
    Session updateSession() {
        return update;
    }

    /** The session whose state has the optimiser's slots. */
    Session updating() {
        return update == null ? train : update;
    }

    String loss() {
        return loss;
    }

    List<String> streams() {
        return streams;
    }

    /** Inputs that no data set feeds. */
    List<String> notFed() {
        return List.of(RATE);
    }
}
