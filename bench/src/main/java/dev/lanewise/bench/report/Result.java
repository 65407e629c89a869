package dev.lanewise.bench.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What was measured of one item. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RowResult.class, name = "ratio"),
    @JsonSubTypes.Type(value = LatencyResult.class, name = "latency"),
    @JsonSubTypes.Type(value = StartResult.class, name = "start")
})
public sealed interface Result permits RowResult, LatencyResult, StartResult {

    /** The suite's name. */
    String suite();

    /** The item's name. */
    String name();

    /** What is asked of it; empty where nobody was there to compare with. */
    List<Promise> promises();

    /** Whether all of that was found. */
    default boolean kept() {
        return promises().stream().allMatch(Promise::kept);
    }
}
