package dev.lanewise.compiler.weights;

import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.WeightForm;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Says in which form weights are stored. Of several rules that match, the last one counts.
 *
 * @param pattern what the whole name of the weight, or of the operation that uses it, must match
 */
public record WeightRule(Pattern pattern, WeightForm form) {

    /** Matches every weight. */
    private static final String ALL = ".*";

    /**
     * Reads {@code int8}, or {@code decoder.*=f32} with a regular expression.
     *
     * @throws PlanException where that is neither
     */
    public static WeightRule parse(String text) {
        int at = text.lastIndexOf('=');
        String name = text.substring(at + 1);
        WeightForm form = WeightForm.named(name);
        if (form == null) {
            throw new PlanException("--weights " + text + ": '" + name + "' is no form of weights; there are f32,"
                    + " bf16, f16, int8, int8-dynamic and int4");
        }
        try {
            return new WeightRule(Pattern.compile(at < 0 ? ALL : text.substring(0, at)), form);
        } catch (PatternSyntaxException e) {
            throw new PlanException("--weights " + text + ": no regular expression (" + e.getDescription() + ")");
        }
    }

    boolean isForAll() {
        return pattern.pattern().equals(ALL);
    }

    /** Whether it is about a weight of that name, used by an operation of that name. */
    public boolean matches(String weight, String operation) {
        return pattern.matcher(weight).matches() || pattern.matcher(operation).matches();
    }

    @Override
    public String toString() {
        return isForAll() ? form.toString() : pattern + "=" + form;
    }
}
