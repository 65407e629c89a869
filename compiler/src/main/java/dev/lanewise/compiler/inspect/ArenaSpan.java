package dev.lanewise.compiler.inspect;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A piece of the arena: where, and from when to when.
 *
 * @param tensor whose it is
 * @param name of the tensor
 * @param storage which of the arena's arrays
 * @param from first byte within that array
 * @param bytes how many
 * @param first number of the first step that uses it
 * @param last number of the last one
 */
public record ArenaSpan(int tensor, String name, DType.Storage storage, long from, long bytes, int first, int last) {

    /** All pieces that a program's steps use, by storage and offset. */
    static List<ArenaSpan> of(Plan plan, ProgramProto program, TensorTexts texts) {
        int n = plan.tensorCount();
        int[] first = new int[n];
        int[] last = new int[n];
        Arrays.fill(first, -1);
        int end = walk(program.getBody(), 0, first, last);
        for (StateProto state : program.getStatesList()) {
            use(state.getNext(), end - 1, end - 1, first, last); // copied when all steps have run
        }
        List<ArenaSpan> spans = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            if (first[t] >= 0 && plan.model().getTensors(t).getRegion() == Region.ARENA) {
                DType.Storage storage = plan.type(t).storage();
                long from = (long) plan.model().getTensors(t).getOffset() * ModelFacts.width(storage);
                spans.add(new ArenaSpan(t, texts.name(t), storage, from, texts.bytes(t), first[t], last[t]));
            }
        }
        spans.sort(Comparator.comparing(ArenaSpan::storage).thenComparing(ArenaSpan::from));
        return spans;
    }

    /** Gives the number after the block's last step. */
    private static int walk(BlockProto block, int number, int[] first, int[] last) {
        int next = number;
        for (StepProto step : block.getStepsList()) {
            int own = next++;
            for (BlockProto nested : step.getBlocksList()) {
                next = walk(nested, next, first, last);
            }
            // what a loop reads it reads in every round: alive for all of it
            int end = next - 1;
            step.getInputsList().forEach(operand -> use(operand - 1, own, end, first, last));
            step.getOutputsList().forEach(operand -> use(operand - 1, own, end, first, last));
            for (BlockProto nested : step.getBlocksList()) {
                nested.getParamsList().forEach(tensor -> use(tensor, own, end, first, last));
                nested.getResultsList().forEach(tensor -> use(tensor, own, end, first, last));
            }
        }
        return next;
    }

    private static void use(int tensor, int from, int to, int[] first, int[] last) {
        if (tensor >= 0) {
            first[tensor] = first[tensor] < 0 ? from : Math.min(first[tensor], from);
            last[tensor] = Math.max(last[tensor], to);
        }
    }

    /** The least that any placement needs: the most bytes in use during one step. */
    static long lowerBound(List<ArenaSpan> spans) {
        int end = spans.stream().mapToInt(span -> span.last + 1).max().orElse(0);
        long bound = 0;
        for (DType.Storage storage : DType.Storage.values()) {
            List<ArenaSpan> ofStorage = spans.stream().filter(span -> span.storage == storage).toList();
            long most = 0;
            for (int step = 0; step < end && !ofStorage.isEmpty(); step++) {
                most = Math.max(most, inUse(ofStorage, step));
            }
            bound += most;
        }
        return bound;
    }

    /** Bytes in use; what several tensors share (a step that works in place) counts once. */
    private static long inUse(List<ArenaSpan> spans, int step) {
        long used = 0;
        long covered = 0;
        for (ArenaSpan span : spans) { // by offset
            if (span.first <= step && step <= span.last) {
                long from = Math.max(covered, span.from);
                used += Math.max(0, span.from + span.bytes - from);
                covered = Math.max(covered, span.from + span.bytes);
            }
        }
        return used;
    }
}
