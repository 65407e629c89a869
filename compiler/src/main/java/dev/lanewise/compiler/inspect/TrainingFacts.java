package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.runtime.plan.Plan;
import dev.lanewise.runtime.plan.TrainingMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is known of a model's training.
 *
 * @param programs those of the file
 * @param memory bytes by what they are for; empty where the model cannot be trained
 */
public record TrainingFacts(List<Program> programs, Map<String, Long> memory) {

    /**
     * A program.
     *
     * @param steps the outermost ones
     */
    public record Program(String name, int steps, List<String> inputs, List<String> outputs) {}

    static TrainingFacts of(Plan plan) {
        List<Program> programs = new ArrayList<>();
        for (ProgramProto program : plan.model().getProgramsList()) {
            programs.add(new Program(
                    program.getName(), program.getBody().getStepsCount(),
                    program.getInputsList().stream().map(port -> port.getName()).toList(),
                    program.getOutputsList().stream().map(port -> port.getName()).toList()));
        }
        return new TrainingFacts(programs, plan.hasProgram("train") ? TrainingMemory.of(plan) : Map.of());
    }

    /** Bytes of all. */
    public long bytes() {
        return memory.values().stream().mapToLong(Long::longValue).sum();
    }
}
