package dev.lanewise.compiler.plan;

import java.util.ArrayList;
import java.util.List;

/** Steps in order, with what an enclosing step fills before and reads after. */
public final class PlanBlock {

    final List<PlanTensor> params = new ArrayList<>();
    final List<PlanTensor> results = new ArrayList<>();
    final List<PlanStep> steps = new ArrayList<>();

    public List<PlanTensor> params() {
        return params;
    }

    public List<PlanTensor> results() {
        return results;
    }
}
