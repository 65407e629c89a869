package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Loops and branches. A loop over slices alone is a Scan, any other a Loop. */
final class ControlSteps {

    private ControlSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.REPEAT, ControlSteps::repeat);
        kinds.put(StepKind.BRANCH, ControlSteps::branch);
    }

    private static void branch(LaneStep step) {
        NodeDraft node = step.graph().node("If", step.scalar(0));
        for (int i = 0; i < 2; i++) {
            Scope body = step.scope().body();
            BlockProto block = step.block(i);
            step.exportBlock(block, body);
            for (int result : block.getResultsList()) {
                body.graph().output(body.value(result), step.scope().tensors().shape(result));
            }
            node.body(i == 0 ? "then_branch" : "else_branch", body.graph());
        }
        for (int i = 0; i < step.outputCount(); i++) {
            OnnxValue value = node.out(step.outType(i));
            step.outIfGiven(i, value);
        }
    }

    private static void repeat(LaneStep step) {
        Loop loop = new Loop(step);
        if (loop.isScan()) {
            loop.scan();
        } else {
            loop.loop();
        }
    }

    /** One step that repeats a block. */
    private static final class Loop {

        private final LaneStep step;
        private final BlockProto block;
        private final LaneTensors tensors;
        private final int carried;
        private final int scanned;
        private final int collected;

        Loop(LaneStep step) {
            this.step = step;
            block = step.block(0);
            tensors = step.scope().tensors();
            carried = step.integer(0);
            scanned = step.inputCount() - 2 - carried;
            collected = step.outputCount() - carried;
            if (carried < 0 || scanned < 0 || collected < 0 || block.getParamsCount() != 2 + carried + scanned
                    || block.getResultsCount() != 1 + carried + collected) {
                throw step.bad("its block does not fit");
            }
        }

        private int axis(int slice) {
            int rank = slice < scanned
                    ? step.rank(2 + carried + slice)
                    : step.outShape(carried + slice - scanned).size();
            return step.axis(2 + 2 * slice, rank);
        }

        private boolean reverse(int slice) {
            return step.flag(3 + 2 * slice);
        }

        /** Whether what the block says about going on is what it was told. */
        private boolean goesOn() {
            return block.getResults(0) == block.getParams(1);
        }

        boolean isScan() {
            return !step.has(0) && !step.has(1) && scanned > 0 && goesOn()
                    && !uses(block, block.getParams(0)) && !uses(block, block.getParams(1));
        }

        /** Whether a block reads a tensor, or hands it on as other than its first result. */
        private static boolean uses(BlockProto block, int tensor) {
            for (StepProto inner : block.getStepsList()) {
                if (inner.getInputsList().contains(tensor + 1)) {
                    return true;
                }
                for (BlockProto nested : inner.getBlocksList()) {
                    if (uses(nested, tensor) || nested.getResultsCount() > 0 && nested.getResults(0) == tensor) {
                        return true;
                    }
                }
            }
            return block.getResultsList().lastIndexOf(tensor) > 0;
        }

        void scan() {
            Scope body = step.scope().body();
            List<OnnxValue> operands = new ArrayList<>();
            for (int i = 0; i < carried + scanned; i++) {
                operands.add(step.in(2 + i));
                body.input(block.getParams(2 + i));
            }
            finish(body);
            NodeDraft node = step.graph().node("Scan", operands).integer("num_scan_inputs", scanned)
                    .body("body", body.graph());
            walks(node, "scan_input_axes", "scan_input_directions", 0, scanned);
            walks(node, "scan_output_axes", "scan_output_directions", scanned, collected);
            for (int i = 0; i < carried + collected; i++) {
                step.outIfGiven(i, node.out(step.outType(i)));
            }
        }

        private void walks(NodeDraft node, String axes, String directions, int first, int count) {
            List<Integer> along = new ArrayList<>();
            List<Integer> backwards = new ArrayList<>();
            for (int i = first; i < first + count; i++) {
                along.add(axis(i));
                backwards.add(reverse(i) ? 1 : 0);
            }
            if (count > 0) {
                node.integers(axes, along).integers(directions, backwards);
            }
        }

        void loop() {
            Scope body = step.scope().body();
            OnnxValue iteration = flag(body, 0);
            flag(body, 1);
            List<OnnxValue> operands = new ArrayList<>();
            operands.add(trips());
            operands.add(condition());
            for (int i = 0; i < carried; i++) {
                operands.add(step.in(2 + i));
                body.input(block.getParams(2 + i));
            }
            for (int i = 0; i < scanned; i++) {
                body.define(block.getParams(2 + carried + i), slice(body, i, iteration), true);
            }
            step.exportBlock(block, body);
            int more = block.getResults(0);
            OnnxValue goOn = body.value(more);
            body.graph().output(
                    tensors.shape(more).isEmpty() ? goOn : body.graph().node("Squeeze", goOn).out(), List.of());
            results(body);
            NodeDraft node = step.graph().node("Loop", operands).body("body", body.graph());
            for (int i = 0; i < carried; i++) {
                step.outIfGiven(i, node.out(step.outType(i)));
            }
            for (int i = 0; i < collected; i++) {
                OnnxValue stacked = node.out(step.outType(carried + i));
                step.outIfGiven(carried + i, placed(stacked, i));
            }
        }

        /** The iteration or the condition as the body gets it; a scalar. */
        private OnnxValue flag(Scope body, int param) {
            int tensor = block.getParams(param);
            OnnxValue value = body.graph().input(param == 0 ? DType.I64 : DType.BOOL, List.of());
            List<Dim> shape = tensors.shape(tensor);
            body.define(tensor, shape.isEmpty() ? value : body.graph().node("Reshape", value,
                    body.extents().vector(shape)).out(), false);
            return value;
        }

        private OnnxValue trips() {
            if (step.has(0)) {
                return step.graph().cast(step.scalar(0), DType.I64);
            }
            Dim trips = step.dim(1);
            boolean open = trips.asSymbol() != null && trips.asSymbol().learnt();
            return open ? null : step.extents().scalar(trips);
        }

        /** Without one to begin with ONNX would not look at what the body says. */
        private OnnxValue condition() {
            if (step.has(1)) {
                return step.scalar(1);
            }
            return goesOn() ? null : step.graph().constants().scalar(DType.BOOL, 1);
        }

        private OnnxValue slice(Scope body, int i, OnnxValue iteration) {
            GraphDraft graph = body.graph();
            OnnxValue index = iteration;
            if (reverse(i)) {
                Dim last = step.shape(2 + carried + i).get(axis(i)).minus(1);
                index = graph.node("Sub", body.extents().scalar(last), iteration).out();
            }
            return graph.node("Gather", step.in(2 + carried + i), index).integer("axis", axis(i)).out();
        }

        private void finish(Scope body) {
            step.exportBlock(block, body);
            results(body);
        }

        private void results(Scope body) {
            for (int i = 1; i < block.getResultsCount(); i++) {
                int result = block.getResults(i);
                body.graph().output(body.value(result), tensors.shape(result));
            }
        }

        /** What ONNX has put together along a new first axis, along the axis where it belongs. */
        private OnnxValue placed(OnnxValue stacked, int i) {
            GraphDraft graph = step.graph();
            int axis = axis(scanned + i);
            int[] permutation = new int[step.outShape(carried + i).size()];
            for (int a = 0; a < permutation.length; a++) {
                permutation[a] = a == axis ? 0 : a < axis ? a + 1 : a;
            }
            OnnxValue y = graph.transpose(stacked, permutation);
            return reverse(scanned + i)
                    ? graph.node("Slice", y, graph.constants().integers(-1),
                            graph.constants().integers(Integer.MIN_VALUE), graph.constants().integers(axis),
                            graph.constants().integers(-1)).out()
                    : y;
        }
    }
}
