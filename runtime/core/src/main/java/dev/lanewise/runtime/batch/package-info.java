/**
 * Makes of a validated plan for one stream the plan for many that advance together: every tensor that differs from
 * stream to stream gets a leading axis {@code streams}. The result is a model message like any other, which {@link
 * dev.lanewise.runtime.plan.Plan} validates before a step is made of it, so that nothing here has to be trusted, and
 * which ordinary steps execute.
 *
 * <p>{@link dev.lanewise.runtime.batch.BatchPlan} is the way in, {@link dev.lanewise.runtime.batch.BatchRules} says
 * for each kind of step what it becomes, {@link dev.lanewise.runtime.batch.BatchTensors} keeps the tables.
 */
package dev.lanewise.runtime.batch;
