package dev.lanewise.runtime.batch;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.DebugProto;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ElementType;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.SymbolProto;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Extents and tensors of a plan for many streams. Ids of the plan for one stay what they are; what is new comes
 * behind. A tensor that differs from stream to stream lies at {@code offset · streams} and is {@code streams} times as
 * long: whatever was apart is still apart. All others in the arena, what is new, and what one stream extends in the
 * place of its state, get places of their own behind.
 */
final class BatchTensors {

    /** Elements that tensors with places of their own begin at multiples of. */
    private static final int ALIGNMENT = 16;

    private final Plan plan;
    private final int most;
    private final boolean[] batched;
    private final List<DimProto> dims = new ArrayList<>();
    private final List<TensorProto> tensors = new ArrayList<>();
    private final List<Long> capacity = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final long[] end = new long[DType.Storage.count()];
    private final Map<Integer, Integer> multiples = new HashMap<>();
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private final int streams;

    /**
     * @param most streams that advance together
     */
    BatchTensors(Plan plan, int most, Variance variance) {
        this.plan = plan;
        this.most = most;
        this.batched = variance.batched;
        dims.addAll(plan.model().getDimsList());
        streams = dim(DimProto.newBuilder()
                .setSymbol(SymbolProto.newBuilder().setName("streams").setMin(1).setMax(most)));
        for (int s = 0; s < end.length; s++) {
            end[s] = align((long) plan.arenaElements()[s] * most);
        }
        for (int t = 0; t < plan.tensorCount(); t++) {
            TensorProto tensor = plan.model().getTensors(t);
            names.add(plan.tensorName(t));
            capacity.add((long) plan.capacity(t) * (batched[t] ? most : 1));
            if (tensor.getRegion() == Region.WEIGHTS || variance.used[t]) {
                tensors.add(batched[t] ? stacked(t, tensor, variance.values[t]) : alone(t, tensor));
            } else { // of another program
                tensors.add(tensor.toBuilder().setRegion(Region.PORT).clearDims().setOffset(t).build());
            }
        }
    }

    private TensorProto stacked(int t, TensorProto tensor, boolean isValue) {
        TensorProto.Builder stacked = tensor.toBuilder().clearDims();
        stacked.addDims(streams).addAllDims(tensor.getDimsList());
        if (tensor.getRegion() == Region.STATE && !isValue) {
            stacked.setRegion(Region.ARENA).setOffset(place(plan.type(t), capacity.get(t)));
        } else if (tensor.getRegion() != Region.PORT) {
            stacked.setOffset(int32((long) tensor.getOffset() * most));
        }
        return stacked.build();
    }

    private TensorProto alone(int t, TensorProto tensor) {
        return tensor.getRegion() == Region.ARENA
                ? tensor.toBuilder().setOffset(place(plan.type(t), plan.capacity(t))).build()
                : tensor;
    }

    private int place(DType type, long elements) {
        int s = type.storage().ordinal();
        int offset = int32(end[s]);
        end[s] = align(end[s] + elements);
        return offset;
    }

    private static long align(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private int int32(long elements) {
        if (elements > Integer.MAX_VALUE - 64) {
            throw new PlanException(plan.file().name() + ": " + most + " streams at once need " + elements
                    + " elements of one storage, more than an array holds; make the session for fewer streams");
        }
        return (int) elements;
    }

    private int dim(DimProto.Builder dim) {
        dims.add(dim.build());
        return dims.size() - 1;
    }

    /** The extent of the leading axis. */
    int streams() {
        return streams;
    }

    /** An extent that is a number. */
    int number(int value) {
        return numbers.computeIfAbsent(value, v -> dim(DimProto.newBuilder().setNumber(v)));
    }

    /** Whether an extent is the number 1. */
    boolean isOne(int dim) {
        return dims.get(dim).hasNumber() && dims.get(dim).getNumber() == 1;
    }

    /** The extent {@code streams · dim}. */
    int timesStreams(int dim) {
        return isOne(dim) ? streams : multiples.computeIfAbsent(dim, d -> dim(DimProto.newBuilder()
                .setExpression(ExpressionProto.newBuilder()
                        .setKind(ExpressionProto.Kind.MUL)
                        .setA(d)
                        .setB(streams))));
    }

    boolean isBatched(int tensor) {
        return batched[tensor];
    }

    /** The extents that a tensor of the plan for one stream has there. */
    List<Integer> dimsOfOne(int tensor) {
        return plan.model().getTensors(tensor).getDimsList();
    }

    List<Integer> dims(int tensor) {
        return tensors.get(tensor).getDimsList();
    }

    /** The same memory under other extents. */
    int view(int tensor, List<Integer> dims) {
        return add(tensors.get(tensor).toBuilder().clearDims().addAllDims(dims).build(), tensor, capacity.get(tensor));
    }

    /** A new tensor of the type and size of a batched one. */
    int stackedLike(int tensor, List<Integer> dims) {
        return placed(tensor, dims, (long) plan.capacity(tensor) * most);
    }

    /** A new tensor of the type and extents that this one has in the plan for one stream. */
    int oneLike(int tensor) {
        return placed(tensor, dimsOfOne(tensor), plan.capacity(tensor));
    }

    /** A new tensor that callers see, with a leading axis. */
    int portLike(int tensor) {
        List<Integer> all = new ArrayList<>(List.of(streams));
        all.addAll(dimsOfOne(tensor));
        TensorProto port = plan.model().getTensors(tensor).toBuilder()
                .clearDims()
                .clearSplat()
                .addAllDims(all)
                .setRegion(Region.PORT)
                .setOffset(tensors.size())
                .build();
        return add(port, tensor, (long) plan.capacity(tensor) * most);
    }

    /** A new tensor of one element. */
    int scalar(ElementType type) {
        TensorProto tensor = TensorProto.newBuilder().setType(type).setOffset(place(DType.of(type), 1)).build();
        tensors.add(tensor);
        capacity.add(1L);
        names.add("streams");
        return tensors.size() - 1;
    }

    private int placed(int like, List<Integer> dims, long elements) {
        TensorProto tensor = TensorProto.newBuilder()
                .setType(tensors.get(like).getType())
                .addAllDims(dims)
                .setOffset(place(plan.type(like), elements))
                .build();
        return add(tensor, like, elements);
    }

    private int add(TensorProto tensor, int like, long elements) {
        tensors.add(tensor);
        capacity.add(elements);
        names.add(names.get(like));
        return tensors.size() - 1;
    }

    /** Writes the tables, and the sizes of the memory that they need. */
    void store(ModelProto.Builder model) {
        int[] arena = new int[end.length];
        int[] state = new int[end.length];
        for (int s = 0; s < end.length; s++) {
            arena[s] = int32(end[s]);
            state[s] = int32((long) plan.stateElements()[s] * most);
        }
        model.clearDims().addAllDims(dims).clearTensors().addAllTensors(tensors);
        model.setArena(memory(arena)).setState(memory(state));
        model.setDebug(DebugProto.newBuilder().addAllTensorNames(names));
    }

    private static MemoryProto memory(int[] elements) {
        return MemoryProto.newBuilder()
                .setFloats(elements[DType.Storage.FLOATS.ordinal()])
                .setDoubles(elements[DType.Storage.DOUBLES.ordinal()])
                .setLongs(elements[DType.Storage.LONGS.ordinal()])
                .setInts(elements[DType.Storage.INTS.ordinal()])
                .setShorts(elements[DType.Storage.SHORTS.ordinal()])
                .setBytes(elements[DType.Storage.BYTES.ordinal()])
                .build();
    }
}
