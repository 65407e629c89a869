package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.export.OnnxExporter;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files whose checksums are right and whose steps are not: exporting gives a model or a typed error, and soon. */
@Tag("once")
class HostileExportsTest {

    private static final int CHANGES_OF_EACH = 12;
    private static final int[] NUMBERS = {0, 1, -1, 2, 3, 7, 64, -64, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE};

    @Test
    void changedStepsAreExportedOrRefused() {
        List<ModelFile> files = new ArrayList<>();
        for (Ops.Entry entry : Ops.ALL) {
            entry.cases().get().stream().limit(4).forEach(opCase -> files.add(new CaseRun(opCase, 0).file()));
        }
        int[] refused = new int[1];
        int[] exported = new int[1];
        Assertions.assertTimeout(Duration.ofMinutes(1), () -> {
            for (int f = 0; f < files.size(); f++) {
                Random random = new Random(f);
                for (int change = 0; change < CHANGES_OF_EACH; change++) {
                    ModelFile changed = ModelFile.complete("changed", changed(files.get(f).message(), random));
                    try {
                        OnnxExporter.export(changed);
                        exported[0]++;
                    } catch (LanewiseException e) {
                        assertTrue(e.getMessage().contains("changed") || e.getMessage().contains("step"),
                                e.getMessage());
                        refused[0]++;
                    } catch (RuntimeException | Error e) {
                        throw new AssertionError("file " + f + ", change " + change + ": " + e, e);
                    }
                }
            }
        });
        assertEquals(CHANGES_OF_EACH * files.size(), refused[0] + exported[0]);
        assertTrue(refused[0] > 500 && exported[0] > 200, refused[0] + " refused, " + exported[0] + " exported");
    }

    private static ModelProto changed(ModelProto model, Random random) {
        ProgramProto program = model.getPrograms(0);
        BlockProto.Builder body = program.getBody().toBuilder();
        if (body.getStepsCount() > 0) {
            int at = random.nextInt(body.getStepsCount());
            body.setSteps(at, changed(body.getSteps(at), model.getTensorsCount(), random));
        }
        return model.toBuilder().setPrograms(0, program.toBuilder().setBody(body)).build();
    }

    private static StepProto changed(StepProto step, int tensors, Random random) {
        StepProto.Builder changed = step.toBuilder();
        int number = NUMBERS[random.nextInt(NUMBERS.length)];
        switch (random.nextInt(6)) {
            case 0 -> {
                StepKind[] kinds = StepKind.values();
                changed.setKind(kinds[random.nextInt(kinds.length - 1)]); // the last one cannot be set
            }
            case 1 -> changed.clearInts().addAllInts(step.getIntsList().subList(0, step.getIntsCount() / 2));
            case 2 -> changed.clearInputs();
            case 3 -> {
                if (step.getInputsCount() > 0) {
                    changed.setInputs(random.nextInt(step.getInputsCount()), random.nextInt(tensors + 1));
                }
            }
            case 4 -> {
                if (step.getBlocksCount() > 0) {
                    changed.clearBlocks();
                } else if (step.getOutputsCount() > 1) {
                    changed.setOutputs(1, 0);
                }
            }
            default -> {
                if (step.getIntsCount() > 0) {
                    changed.setInts(random.nextInt(step.getIntsCount()), number);
                }
            }
        }
        return changed.build();
    }
}
