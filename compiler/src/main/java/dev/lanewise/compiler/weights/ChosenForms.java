package dev.lanewise.compiler.weights;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses a form for each weight of one model, by rules, and notes what was chosen. Without rules, weights
 * that are exact in a small form, as those of quantised models are, are stored in it. Used once.
 */
public final class ChosenForms {

    /** Smaller weights are left as they are where no rule says otherwise: there is nothing to gain. */
    private static final int WORTH_IT = 4096;

    private static final int MOST_NAMES = 20;

    private final List<WeightRule> rules;
    private final Set<WeightRule> unmatched;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<Literal, Literal> rounded = new IdentityHashMap<>();
    private final List<StoredWeight> stored = new ArrayList<>();

    public ChosenForms(List<WeightRule> rules) {
        this.rules = rules;
        this.unmatched = new LinkedHashSet<>(rules);
    }

    /**
     * The weight in the form that is chosen for it; itself where that is f32. The same weight gives the same
     * result, whoever uses it.
     */
    public Literal choose(String name, String operation, Literal weight) {
        if (weight.type() != DType.F32 || weight.rank() == 0 || weight.size() == 0) {
            return weight;
        }
        names.add(name.equals(operation) ? name : name + " of " + operation);
        WeightForm form = null;
        for (WeightRule rule : rules) {
            if (rule.matches(name, operation)) {
                unmatched.remove(rule);
                form = rule.form();
            }
        }
        WeightForm asked = form;
        return weight.isSplat() ? weight : rounded.computeIfAbsent(weight, w -> round(name, operation, w, asked));
    }

    private Literal round(String name, String operation, Literal weight, WeightForm asked) {
        int rows = weight.extent(0);
        int k = weight.size() / rows;
        float[] values = weight.floats();
        WeightForm form = asked;
        byte[] bytes;
        if (asked == null) {
            form = rules.isEmpty() && weight.size() >= WORTH_IT ? Rounding.exactForm(values, rows, k) : null;
            bytes = form == null ? null : Rounding.encodeExactly(form, values, rows, k);
        } else {
            form = fitting(asked, k);
            bytes = form == WeightForm.F32 ? null : Rounding.encode(form, values, rows, k);
        }
        if (bytes == null || bytes.length >= 4L * weight.size()) {
            return weight;
        }
        float[] after = WeightMatrix.read(form, rows, k, ByteBuffer.wrap(bytes)).values();
        stored.add(StoredWeight.of(name, operation, weight.describe(), form, bytes.length, values, after));
        return Literal.stored(form, bytes, after, weight.shape());
    }

    /** Rows that do not fill a group take more room in 4 bits than in 8. */
    private static WeightForm fitting(WeightForm asked, int k) {
        return asked == WeightForm.INT4 && k < WeightForm.GROUP ? WeightForm.INT8 : asked;
    }

    /**
     * What is stored smaller than f32.
     *
     * @throws PlanException where a rule is about no weight of the model
     */
    public List<StoredWeight> stored() {
        for (WeightRule rule : unmatched) {
            if (!rule.isForAll()) {
                throw new PlanException("--weights " + rule + " matches no weight; there are "
                        + String.join(", ", names.stream().limit(MOST_NAMES).toList())
                        + (names.size() > MOST_NAMES ? ", and " + (names.size() - MOST_NAMES) + " more" : ""));
            }
        }
        return stored;
    }
}
