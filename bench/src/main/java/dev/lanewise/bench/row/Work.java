package dev.lanewise.bench.row;

/** What all runtimes of a row do, each in its own way. */
public sealed interface Work permits ModelWork, TrainingWork {

    /** The most by which answers may differ, relative to the largest element. */
    double difference();

    /** Threads that a runtime may use. */
    int threads();

    /** How often a call reads the weights. */
    int passes();
}
