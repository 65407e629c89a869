package dev.lanewise.compiler.weights;

import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far an output of a model with small weights is from that of the same model with f32 weights.
 *
 * @param rms root of the mean square of the differences, relative to that of the elements
 * @param most largest difference, as it is
 * @param scale root of the mean square of the elements
 */
public record OutputError(String output, double rms, double most, double scale) {

    /** Gives a session its inputs for a call. */
    public interface Inputs {

        /**
         * @param call 0, 1, …; what is state is carried from one to the next
         */
        void set(Session session, int call);
    }

    private static final class Sums {
        double squares;
        double errors;
        double most;
        long elements;

        void add(double expected, double found) {
            double error = found - expected;
            squares += expected * expected;
            errors += error * error;
            most = Math.max(most, Math.abs(error));
            elements++;
        }

        OutputError of(String output) {
            double scale = Math.sqrt(squares / Math.max(1, elements));
            return new OutputError(output, squares == 0 ? 0 : Math.sqrt(errors / squares), most, scale);
        }
    }

    /**
     * Runs both files on the same inputs.
     *
     * @throws dev.lanewise.formats.LanewiseException where they cannot compute from them
     */
    public static List<OutputError> measure(ModelFile plain, ModelFile small, Inputs inputs, int calls) {
        Session expected = session(plain);
        Session found = session(small);
        List<Sums> sums = new ArrayList<>();
        expected.outputs().forEach(output -> sums.add(new Sums()));
        for (int call = 0; call < calls; call++) {
            inputs.set(expected, call);
            inputs.set(found, call);
            expected.run();
            found.run();
            for (int o = 0; o < sums.size(); o++) {
                add(sums.get(o), expected.outputs().get(o), found.outputs().get(o));
            }
        }
        List<OutputError> errors = new ArrayList<>();
        for (int o = 0; o < sums.size(); o++) {
            errors.add(sums.get(o).of(expected.outputs().get(o).name()));
        }
        return errors;
    }

    private static Session session(ModelFile file) {
        Model model = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
        Session session = model.newSession();
        session.bind(model.newState());
        return session;
    }

    /** Of outputs whose extents the data decide, what both have. */
    private static void add(Sums sums, Tensor expected, Tensor found) {
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            sums.add(Elements.get(expected, i), Elements.get(found, i));
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: rms error %.2g of rms %.3g (%.2f %%), largest %.2g",
                output, rms * scale, scale, 100 * rms, most);
    }
}
