package dev.lanewise.compiler.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.plan.PlanCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says where every tensor of a program lies: finds lifetimes, lets steps work in place where their
 * input dies with them, and hands what is left to the {@link MemoryPlanner}.
 */
final class Placement {

    /** First write and last use of a root tensor, as positions in the order of execution. */
    private static final class Life {
        int first = Integer.MAX_VALUE;
        int last = -1;

        void touch(int position) {
            first = Math.min(first, position);
            last = Math.max(last, position);
        }
    }

    private final PlanBlock body;
    private final Map<PlanTensor, Life> lives = new LinkedHashMap<>();
    /** Roots that blocks take or give, or that a caller sees: their memory is theirs alone. */
    private final Set<PlanTensor> pinned = new HashSet<>();
    private final Map<PlanTensor, PlanTensor> takesPlaceOf = new HashMap<>();
    private int position;

    Placement(PlanBlock body, List<PlanTensor> inputs, List<PlanTensor> states, List<PlanTensor> outputs) {
        this.body = body;
        inputs.forEach(input -> input.region = Region.PORT);
        states.forEach(state -> state.region = Region.STATE);
        outputs.forEach(output -> {
            output.root().region = Region.PORT;
            pinned.add(output.root());
        });
    }

    /** Elements of the arena and of a state by storage, and what an ideal placement would need. */
    record Result(int[] arena, int[] state, long[] lowerBound, List<MemoryPlanner.Request> requests) {}

    Result place(List<PlanTensor> states, List<PlanTensor> alive) {
        walk(body);
        position++;
        for (PlanTensor tensor : alive) {
            life(tensor).touch(position);
        }
        workInPlace(body);
        Map<PlanTensor, MemoryPlanner.Request> requests = new LinkedHashMap<>();
        lives.forEach((root, life) -> {
            if (root.region == Region.ARENA && !takesPlaceOf.containsKey(root)) {
                requests.put(root, new MemoryPlanner.Request(
                        root.name, root.type.type().storage(), root.capacity(), life.first, life.last));
            }
        });
        List<MemoryPlanner.Request> list = new ArrayList<>(requests.values());
        int[] arena = MemoryPlanner.place(list);
        for (PlanTensor root : lives.keySet()) {
            if (root.region == Region.ARENA) {
                root.offset = requests.get(holder(root)).offset();
            }
        }
        return new Result(arena, placeStates(states, alive), MemoryPlanner.lowerBound(list), list);
    }

    /** A state takes the room of all that lies in it, such as the longer one that it becomes. */
    private static int[] placeStates(List<PlanTensor> states, List<PlanTensor> alive) {
        int[] elements = new int[DType.Storage.count()];
        for (PlanTensor state : states) {
            int storage = state.type.type().storage().ordinal();
            state.offset = elements[storage];
            long capacity = state.capacity();
            for (PlanTensor tensor : alive) {
                capacity = tensor.root() == state ? Math.max(capacity, tensor.capacity()) : capacity;
            }
            elements[storage] = Math.toIntExact(elements[storage] + (capacity + 15) / 16 * 16);
        }
        return elements;
    }

    private Life life(PlanTensor tensor) {
        return lives.computeIfAbsent(tensor.root(), root -> new Life());
    }

    private void walk(PlanBlock block) {
        for (PlanTensor param : block.params) {
            life(param).touch(position);
            pinned.add(param.root());
        }
        for (PlanStep step : block.steps) {
            walk(step);
        }
        for (PlanTensor result : block.results) {
            life(result).touch(position);
            pinned.add(result.root());
        }
    }

    private void walk(PlanStep step) {
        int begin = ++position;
        touch(step.inputs, begin);
        for (PlanBlock block : step.blocks) {
            walk(block);
        }
        if (!step.blocks.isEmpty()) {
            position++;
            for (PlanBlock block : step.blocks) {
                keepAlive(block, begin, position);
            }
            // a repeated block is fed until its last iteration, and fills its outputs from the first on
            touch(step.inputs, position);
            touch(step.outputs, begin);
        }
        touch(step.outputs, position);
    }

    private void touch(List<PlanTensor> tensors, int at) {
        for (PlanTensor tensor : tensors) {
            if (tensor != null) {
                life(tensor).touch(at);
            }
        }
    }

    private void keepAlive(PlanBlock block, int begin, int end) {
        block.params.forEach(param -> {
            life(param).touch(begin);
            life(param).touch(end);
        });
        block.results.forEach(result -> life(result).touch(end));
        for (PlanStep step : block.steps) {
            for (PlanTensor input : step.inputs) {
                if (input != null && life(input).first < begin) {
                    life(input).touch(end);
                    pinned.add(input.root());
                }
            }
            for (PlanBlock nested : step.blocks) {
                keepAlive(nested, begin, end);
            }
        }
    }

    /** Walks once more, now that last uses are known. */
    private void workInPlace(PlanBlock block) {
        for (PlanStep step : block.steps) {
            step.blocks.forEach(this::workInPlace);
            if (PlanCheck.IN_PLACE.contains(step.kind)) {
                PlanTensor out = step.outputs.get(0);
                for (PlanTensor in : step.inputs) {
                    if (in != null && canReplace(step, out, in)) {
                        replace(out, in.root());
                        break;
                    }
                }
            }
        }
    }

    private boolean canReplace(PlanStep step, PlanTensor out, PlanTensor in) {
        PlanTensor root = in.root();
        return out.viewOf == null && out.region == Region.ARENA && root.region == Region.ARENA
                && !pinned.contains(out) && !pinned.contains(root)
                && out.type.equals(in.type)
                && root.type.type().storage() == out.type.type().storage()
                && root.capacity() == out.capacity()
                && lives.get(holder(root)).last == lives.get(out).first
                && step.inputs.stream().filter(x -> x != null && x.root() == root).count() == 1;
    }

    private PlanTensor holder(PlanTensor root) {
        PlanTensor holder = root;
        while (takesPlaceOf.containsKey(holder)) {
            holder = takesPlaceOf.get(holder);
        }
        return holder;
    }

    private void replace(PlanTensor out, PlanTensor root) {
        PlanTensor holder = holder(root);
        takesPlaceOf.put(out, holder);
        lives.get(holder).touch(lives.get(out).last);
    }

    /** The kinds whose outputs may share their input's memory as another shape of it. */
    static boolean isView(PlanStep step) {
        return step.kind == StepKind.RESHAPE && step.outputs.get(0).viewOf == step.inputs.get(0);
    }
}
