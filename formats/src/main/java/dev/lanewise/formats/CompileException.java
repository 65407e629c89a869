package dev.lanewise.formats;

import java.util.List;

/** All that is wrong with one model, collected, so that it can be mended in one go. */
public final class CompileException extends LanewiseException {

    private static final long serialVersionUID = 1L;

    private final transient List<LanewiseException> problems;

    public CompileException(String file, List<LanewiseException> problems) {
        super(message(file, problems), problems.get(0));
        this.problems = List.copyOf(problems);
    }

    /** At least one, in the order of the model's nodes. */
    public List<LanewiseException> problems() {
        return problems;
    }

    private static String message(String file, List<LanewiseException> problems) {
        StringBuilder text = new StringBuilder(file).append(": ").append(problems.size());
        text.append(problems.size() == 1 ? " problem" : " problems");
        for (LanewiseException problem : problems) {
            text.append("\n  ").append(problem.getMessage());
        }
        return text.toString();
    }
}
