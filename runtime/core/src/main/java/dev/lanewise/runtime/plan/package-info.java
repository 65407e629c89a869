/**
 * A loaded model in the form that steps execute: extents ({@link
 * dev.lanewise.runtime.plan.Extents}), arrays ({@link dev.lanewise.runtime.plan.Buffer}), tensors
 * ({@link dev.lanewise.runtime.plan.Operand}) and lists of steps ({@link
 * dev.lanewise.runtime.plan.Block}).
 *
 * <p>A step lives through three calls. Its constructor, run once per session, reads operands and
 * arguments from {@link dev.lanewise.runtime.plan.StepArgs} and checks all that does not depend on
 * extents. {@link dev.lanewise.runtime.plan.Step#reshape()} runs whenever an extent has changed: it
 * checks extents against each other and prepares loop bounds. {@link
 * dev.lanewise.runtime.plan.Step#run()} does the work, trusts what reshape checked, and neither
 * allocates nor throws, except for indices that are data.
 */
package dev.lanewise.runtime.plan;
