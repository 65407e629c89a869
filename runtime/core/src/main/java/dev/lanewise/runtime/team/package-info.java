/**
 * Threads that share the work of one session: {@link dev.lanewise.runtime.team.Team} is what steps see, {@link
 * dev.lanewise.runtime.team.Divisible} what they give it. Threads split outputs and never a sum, so that results are
 * the same bits for any number of them.
 */
package dev.lanewise.runtime.team;
