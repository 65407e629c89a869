package dev.lanewise.bench.row;

/** Something that the bench measures and that has a place of its own in the results. */
public sealed interface Item permits Row, LatencyRow, StartRow {

    Suite suite();

    /** What the results call it; unique. */
    String name();
}
