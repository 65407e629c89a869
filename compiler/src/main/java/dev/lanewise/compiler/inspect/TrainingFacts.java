package dev.lanewise.compiler.inspect;

import dev.lanewise.compiler.train.RecomputeCost;
import dev.lanewise.formats.proto.MetadataProto;
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
 * @param recompute what computing activations anew saves and costs; empty where they are kept
 */
public record TrainingFacts(List<Program> programs, Map<String, Long> memory, String recompute) {

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
        String recompute = plan.model().getMetadataList().stream()
                .filter(entry -> entry.getKey().equals(RecomputeCost.KEY))
                .map(MetadataProto::getValue).findFirst().orElse("");
        return new TrainingFacts(
                programs, plan.hasProgram("train") ? TrainingMemory.of(plan) : Map.of(), recompute);
    }

    /** Bytes of all. */
    public long bytes() {
        return memory.values().stream().mapToLong(Long::longValue).sum();
    }
}
