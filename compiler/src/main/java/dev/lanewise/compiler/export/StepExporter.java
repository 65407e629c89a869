package dev.lanewise.compiler.export;

/** Says which ONNX nodes compute what a step does. */
@FunctionalInterface
interface StepExporter {

    /** Drafts nodes, and gives the step's outputs by {@link LaneStep#out}. */
    void export(LaneStep step);
}
