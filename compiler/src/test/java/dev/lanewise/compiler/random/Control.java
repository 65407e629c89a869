package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.List;

/** Bodies: branches and loops, small ones. */
final class Control {

    private Control() {}

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder().setOpType(type).setName("make_" + output).addOutput(output)
                .addAllInput(List.of(inputs)).build();
    }

    private static NodeProto toFloat(String output, String input) {
        return node("Cast", output, input).toBuilder()
                .addAttribute(AttributeProto.newBuilder().setName("to")
                        .setType(AttributeProto.AttributeType.INT).setI(SmallModel.elementType(DType.F32)))
                .build();
    }

    private static String tame(Growth g) {
        return g.one("Tanh", "Sigmoid", "Sin", "Relu", "Neg");
    }

    static void branch(Growth g) {
        Operand x = g.floats(0, 4);
        Operand y = g.pick(value -> value.isFloat() && value.shape().equals(x.shape()));
        Operand condition = g.pick(value -> value.type() == DType.BOOL && value.rank() == 0);
        if (condition == null) {
            condition = g.input(DType.BOOL, List.of());
        }
        String name = "b" + g.random.nextInt(1 << 20);
        GraphProto yes = GraphProto.newBuilder().setName(name + "yes")
                .addNode(node(tame(g), name + "p", x.name()))
                .addNode(node("Add", name + "q", name + "p", y.name()))
                .addOutput(SmallModel.info(name + "q", DType.F32, unknown(x)))
                .build();
        GraphProto no = GraphProto.newBuilder().setName(name + "no")
                .addNode(node(tame(g), name + "r", y.name()))
                .addOutput(SmallModel.info(name + "r", DType.F32, unknown(x)))
                .build();
        g.op("If", condition).set("then_branch", yes).set("else_branch", no)
                .gives(DType.F32, x.shape(), x.limit() + y.limit() + 1);
    }

    /** An info of the right rank that states no extents. */
    private static Object[] unknown(Operand x) {
        return x.shape().stream().map(extent -> (Object) (extent.isFixed() ? extent.min() : -1)).toArray();
    }

    /** v = f(v · ½ + x), counted times, perhaps with the v of all iterations. */
    static void loop(Growth g) {
        Operand x = g.floats(0, 3);
        Operand start = g.pick(value -> value.isFloat() && value.shape().equals(x.shape()));
        int count = g.between(0, 4);
        if (count == 0 && x.rank() > 0) {
            count = 1;
        }
        Operand trips = g.constant(Literal.of(new long[] {count}), 1 << 20);
        Operand go = g.constant(Literal.of(DType.BOOL, new long[] {1}), 1 << 20);
        Operand half = g.scalar(0.5f);
        boolean collects = g.oneIn(2);
        String n = "l" + g.random.nextInt(1 << 20);
        GraphProto.Builder body = GraphProto.newBuilder().setName(n + "body")
                .addInput(SmallModel.info(n + "i", DType.I64))
                .addInput(SmallModel.info(n + "c", DType.BOOL))
                .addInput(SmallModel.info(n + "v", DType.F32, unknown(x)))
                .addNode(node("Mul", n + "h", n + "v", half.name()))
                .addNode(node("Add", n + "s", n + "h", x.name()))
                .addNode(node(g.one("Tanh", "Sigmoid", "Sin"), n + "w", n + "s"))
                .addNode(node("Identity", n + "d", n + "c"))
                .addOutput(SmallModel.info(n + "d", DType.BOOL))
                .addOutput(SmallModel.info(n + "w", DType.F32, unknown(x)));
        List<Extent> all = new java.util.ArrayList<>(x.shape());
        all.add(0, Extent.of(count));
        double limit = Math.max(1, start.limit());
        if (collects) {
            body.addNode(node("Identity", n + "o", n + "w")).addOutput(SmallModel.info(n + "o", DType.F32, unknown(x)));
        }
        Draft draft = g.op("Loop", trips, go, start).set("body", body.build()).also(DType.F32, x.shape(), limit);
        if (collects) {
            draft.also(DType.F32, all, limit);
        }
        draft.done();
    }

    /** v = f(v + x[t]) along the first axis. */
    static void scan(Growth g) {
        Operand x = g.pick(value -> value.isFloat() && value.rank() >= 2 && value.rank() <= 3);
        if (x == null) {
            return;
        }
        Operand row = g.input(DType.F32, x.shape().subList(1, x.rank()));
        String n = "c" + g.random.nextInt(1 << 20);
        GraphProto body = GraphProto.newBuilder().setName(n + "body")
                .addInput(SmallModel.info(n + "v", DType.F32, unknown(row)))
                .addInput(SmallModel.info(n + "x", DType.F32, unknown(row)))
                .addNode(node("Add", n + "s", n + "v", n + "x"))
                .addNode(node(g.one("Tanh", "Sigmoid", "Sin"), n + "w", n + "s"))
                .addNode(node("Neg", n + "o", n + "w"))
                .addOutput(SmallModel.info(n + "w", DType.F32, unknown(row)))
                .addOutput(SmallModel.info(n + "o", DType.F32, unknown(row)))
                .build();
        g.op("Scan", row, x).set("body", body).set("num_scan_inputs", 1)
                .also(DType.F32, row.shape(), 1).also(DType.F32, x.shape(), 1).done();
    }

    /** v = f(v · ½ + i · x), as often as data say, or until the iteration reaches another number of theirs. */
    static void counted(Growth g) {
        Operand x = g.floats(0, 3);
        Operand start = g.pick(value -> value.isFloat() && value.shape().equals(x.shape()));
        Operand trips = Steered.position(g, 5);
        Operand last = Steered.position(g, 5);
        Operand go = g.constant(Literal.of(DType.BOOL, new long[] {1}), 1 << 20);
        Operand half = g.scalar(0.5f);
        String n = "n" + g.random.nextInt(1 << 20);
        GraphProto body = GraphProto.newBuilder().setName(n + "body")
                .addInput(SmallModel.info(n + "i", DType.I64))
                .addInput(SmallModel.info(n + "c", DType.BOOL))
                .addInput(SmallModel.info(n + "v", DType.F32, unknown(x)))
                .addNode(node("Mul", n + "h", n + "v", half.name()))
                .addNode(toFloat(n + "f", n + "i"))
                .addNode(node("Mul", n + "m", n + "f", x.name()))
                .addNode(node("Add", n + "s", n + "h", n + "m"))
                .addNode(node(g.one("Tanh", "Sigmoid", "Sin"), n + "w", n + "s"))
                .addNode(node("Less", n + "d", n + "i", last.name()))
                .addOutput(SmallModel.info(n + "d", DType.BOOL))
                .addOutput(SmallModel.info(n + "w", DType.F32, unknown(x)))
                .build();
        g.op("Loop", trips, go, start).set("body", body)
                .gives(DType.F32, x.shape(), Math.max(1, start.limit()));
    }

    /** v = f(v + x[t]) along any axis, either way, with all v put together along any axis, either way. */
    static void walk(Growth g) {
        Operand x = g.pick(value -> value.isFloat() && value.rank() >= 1 && value.rank() <= 4);
        if (x == null) {
            return;
        }
        int axis = g.random.nextInt(x.rank());
        List<Extent> slice = new java.util.ArrayList<>(x.shape());
        slice.remove(axis);
        Operand state = g.input(DType.F32, slice);
        int along = g.random.nextInt(x.rank());
        List<Extent> all = new java.util.ArrayList<>(slice);
        all.add(along, x.extent(axis));
        String n = "w" + g.random.nextInt(1 << 20);
        GraphProto body = GraphProto.newBuilder().setName(n + "body")
                .addInput(SmallModel.info(n + "v", DType.F32, unknown(state)))
                .addInput(SmallModel.info(n + "x", DType.F32, unknown(state)))
                .addNode(node(g.one("Add", "Sub", "Max"), n + "s", n + "v", n + "x"))
                .addNode(node(tame(g), n + "t", n + "s"))
                .addNode(node("Tanh", n + "w", n + "t"))
                .addNode(node(tame(g), n + "o", n + "s"))
                .addOutput(SmallModel.info(n + "w", DType.F32, unknown(state)))
                .addOutput(SmallModel.info(n + "o", DType.F32, unknown(state)))
                .build();
        g.op("Scan", state, x).set("body", body).set("num_scan_inputs", 1)
                .set("scan_input_axes", new int[] {axis}).set("scan_input_directions", new int[] {g.random.nextInt(2)})
                .set("scan_output_axes", new int[] {along})
                .set("scan_output_directions", new int[] {g.random.nextInt(2)})
                .also(DType.F32, state.shape(), 1)
                .also(DType.F32, all, state.limit() + x.limit() + 1).done();
    }
}
