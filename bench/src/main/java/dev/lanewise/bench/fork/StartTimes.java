package dev.lanewise.bench.fork;

import java.util.List;
import java.util.Map;

/**
 * What starts took.
 *
 * @param starts milliseconds from asking for the process to its first result
 * @param calls nanoseconds of each call in turn, in each process
 */
public record StartTimes(Map<StartWay, double[]> starts, Map<StartWay, List<long[]>> calls) {}
