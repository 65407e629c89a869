package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
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

}
