package dev.lanewise.runtime.plan;

import dev.lanewise.formats.Limits;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.ModelProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A model's file with other values of some weights: the same programs, and checksums and fingerprint of its own. */
final class TrainedFile {

    private final Plan plan;
    /** By tensor: [elements], f32. */
    private final Map<Integer, float[]> values;

    TrainedFile(Plan plan, Map<Integer, float[]> values) {
        this.plan = plan;
        this.values = values;
    }

    ModelFile file() {
        ModelProto.Builder model = plan.model().toBuilder();
        for (int tensor : values.keySet()) {
            model.setTensors(tensor, model.getTensors(tensor).toBuilder().setSplat(false));
        }
        model.clearGoldens(); // they are results of the weights before
        return ModelFile.complete(plan.file().name(), model.setWeights(weights()).build());
    }

    /** In the order that {@code model.proto} states: the large ones first, then those too small to be aligned. */
    private Bytes weights() {
        long size = Limits.align(walk(null));
        if (size > Integer.MAX_VALUE - 64) {
            throw new PlanException(plan.file().name() + ": the trained weights take " + size + " bytes; files end at"
                    + " 2 GiB");
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        walk(out);
        return Bytes.wrap(out.array(), 0, (int) walk(null));
    }

    /** Goes over all weights; writes them unless {@code out} is {@code null}, and gives where they end. */
    private long walk(ByteBuffer out) {
        long end = 0;
        for (int t = 0; t < plan.tensorCount(); t++) {
            if (plan.isWeight(t) && bytes(t) >= Limits.WEIGHT_ALIGNMENT) {
                end = put(out, Limits.align(end), t);
            }
        }
        end = Limits.align(end);
        for (int t = 0; t < plan.tensorCount(); t++) {
            if (plan.isWeight(t) && bytes(t) < Limits.WEIGHT_ALIGNMENT) {
                end = put(out, Limits.alignSmall(end), t);
            }
        }
        return end;
    }

    private long bytes(int t) {
        return values.containsKey(t) ? 4L * values.get(t).length : plan.stored(t);
    }

    private long put(ByteBuffer out, long at, int t) {
        if (out != null) {
            // declared by java.nio.Buffer: Android's ByteBuffer does not have its own
            ((java.nio.Buffer) out).position((int) at);
            if (values.containsKey(t)) {
                out.asFloatBuffer().put(values.get(t));
            } else {
                out.put(plan.weight(t));
            }
        }
        return at + bytes(t);
    }
}
