package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Extents;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs and outputs of many streams, {@code [streams, ...]} each, and the extents that all streams share. Used by one
 * thread at a time.
 */
final class Rows implements Shapes {

    final List<Operand> inputs;
    final List<Operand> outputs;

    private final Plan plan;
    private final int streams;
    private final Extents definition;
    /** [extent] of the plan for one stream, then the number of streams. */
    private final int[] extents;

    /**
     * @throws PlanException where they take more than {@code maxBytes}, or an array holds
     */
    Rows(Model model, int streams, long maxBytes) {
        this.streams = streams;
        plan = model.plan();
        ModelProto proto = plan.model();
        definition = new Extents(model.name(), ModelProto.newBuilder()
                .addAllDims(proto.getDimsList())
                .addDims(DimProto.newBuilder().setNumber(streams))
                .build());
        extents = definition.allLargest();
        requireRoom(model, maxBytes);
        inputs = operands(model.program().getInputsList());
        outputs = operands(model.program().getOutputsList());
    }

    private void requireRoom(Model model, long maxBytes) {
        long bytes = 0;
        for (List<PortProto> side : List.of(model.program().getInputsList(), model.program().getOutputsList())) {
            for (PortProto port : side) {
                long elements = (long) plan.capacity(port.getTensor()) * streams;
                bytes += elements * plan.type(port.getTensor()).bytes();
                if (elements > Integer.MAX_VALUE - 64 || bytes > maxBytes) {
                    throw new PlanException(model.name() + ": '" + port.getName() + "' of " + streams
                            + " streams takes more memory than is allowed; make the session for fewer streams, or"
                            + " raise LoadOptions.maxBytes");
                }
            }
        }
    }

    private List<Operand> operands(List<PortProto> ports) {
        List<Operand> operands = new ArrayList<>();
        for (PortProto port : ports) {
            int t = port.getTensor();
            int[] one = plan.dims(t);
            int[] dims = new int[one.length + 1];
            dims[0] = definition.count() - 1;
            System.arraycopy(one, 0, dims, 1, one.length);
            DType type = plan.type(t);
            int capacity = plan.capacity(t) * streams;
            Operand operand = new Operand(
                    plan.tensorName(t), type, dims, Buffer.allocate(type.storage(), capacity), 0, capacity);
            operand.refresh(extents);
            operands.add(operand);
        }
        return operands;
    }

    @Override
    public Extents definition() {
        return definition;
    }

    @Override
    public void setSymbol(int id, int extent) {
        extents[id] = extent;
    }

    @Override
    public void shapeChanged() {
        // blocks take over shapes in each call
    }

    int extent(int id) {
        return extents[id];
    }

    /** A block of streams gets their inputs. */
    void give(List<Operand> block, int from, int n) {
        for (int i = 0; i < inputs.size(); i++) {
            Operand all = inputs.get(i);
            Operand some = block.get(i);
            int row = all.product(1, all.rank());
            all.buffer.copy(from * row, some.buffer, some.offset, n * row);
        }
    }

    /** Takes over the shapes of the outputs of a call's first block. */
    void shapeOutputs(List<Operand> block) {
        for (int i = 0; i < outputs.size(); i++) {
            Operand all = outputs.get(i);
            System.arraycopy(block.get(i).shape, 1, all.shape, 1, all.rank() - 1);
            all.size = all.product(0, all.rank());
        }
    }

    /** Fails where a block's outputs have another shape than those of the streams before. */
    void checkOutputs(List<Operand> block, int from) {
        for (int i = 0; i < outputs.size(); i++) {
            Operand all = outputs.get(i);
            Operand some = block.get(i);
            for (int axis = 1; axis < all.rank(); axis++) {
                if (all.shape[axis] != some.shape[axis]) {
                    throw new ShapeException("output '" + all.name + "' of stream " + from + " would have extent "
                            + some.shape[axis] + " on axis " + (axis - 1) + ", that of stream 0 has "
                            + all.shape[axis] + "; streams that are not equally far go into calls of their own");
                }
            }
        }
    }

    /** A block of streams has written their outputs. */
    void take(List<Operand> block, int from, int n) {
        checkOutputs(block, from);
        for (int i = 0; i < outputs.size(); i++) {
            Operand all = outputs.get(i);
            Operand some = block.get(i);
            int row = all.product(1, all.rank());
            some.buffer.copy(some.offset, all.buffer, from * row, n * row);
        }
    }
}
