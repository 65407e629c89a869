package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * A matrix product {@code y[..., m, n] = epilogue(a[..., m, k] · b[..., k, n] + bias[n])}; leading
 * extents are broadcast. Both operands have rank 2 or more.
 *
 * @param transA whether a is given as [..., k, m]
 * @param transB whether b is given as [..., n, k]
 */
public record MatMul(boolean transA, boolean transB, Epilogue epilogue) implements Op {

    public static final MatMul PLAIN = new MatMul(false, Epilogue.NONE);

    /** Of a as it is. */
    public MatMul(boolean transB, Epilogue epilogue) {
        this(false, transB, epilogue);
    }

    public MatMul with(Epilogue newEpilogue) {
        return new MatMul(transA, transB, newEpilogue);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireSameType(0, 1);
        int ra = in.rank(0);
        int rb = in.rank(1);
        if (ra < 2 || rb < 2) {
            throw in.fail("operands " + in.type(0) + " and " + in.type(1) + " need rank 2 or more");
        }
        Dim k = in.dim(1, transB ? rb - 1 : rb - 2);
        Dim n = in.dim(1, transB ? rb - 2 : rb - 1);
        in.requireEqual(
                in.dim(0, transA ? ra - 2 : ra - 1), k,
                "the " + (transA ? "last but one" : "last") + " extent of " + in.type(0) + " times " + in.type(1));
        List<Dim> shape =
                new ArrayList<>(in.broadcast(in.shape(0).subList(0, ra - 2), in.shape(1).subList(0, rb - 2)));
        shape.add(in.dim(0, transA ? ra - 1 : ra - 2));
        shape.add(n);
        if (in.has(2)) {
            in.requireEqual(in.type(2).size(), n, "the size of the bias");
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public double work(Signature in) {
        return (double) infer(in).get(0).size().max() * in.dim(0, in.rank(0) - (transA ? 2 : 1)).max();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal a = in.in(0);
        Literal b = in.in(1);
        int ra = a.rank();
        int rb = b.rank();
        int m = a.extent(transA ? ra - 1 : ra - 2);
        int k = a.extent(transA ? ra - 2 : ra - 1);
        int n = b.extent(transB ? rb - 2 : rb - 1);
        Broadcast batch = Broadcast.of(leading(a), leading(b));
        int[] shape = new int[batch.shape().length + 2];
        System.arraycopy(batch.shape(), 0, shape, 0, batch.shape().length);
        shape[shape.length - 2] = m;
        shape[shape.length - 1] = n;
        boolean floating = a.type().isFloating();
        double[] y = new double[floating ? Literal.size(shape) : 0];
        long[] integers = new long[floating ? 0 : Literal.size(shape)];
        for (int s = 0; s < batch.size(); s++) {
            int aOff = batch.index(0, s) * m * k;
            int bOff = batch.index(1, s) * k * n;
            for (int i = 0; i < m * n; i++) {
                double sum = in.has(2) ? in.in(2).doubleAt(i % n) : 0;
                long total = 0;
                for (int j = 0; j < k; j++) {
                    int ai = aOff + (transA ? j * m + i / n : i / n * k + j);
                    int bi = bOff + (transB ? i % n * k + j : j * n + i % n);
                    if (floating) {
                        sum += a.doubleAt(ai) * b.doubleAt(bi);
                    } else {
                        total += a.longAt(ai) * b.longAt(bi);
                    }
                }
                if (floating) {
                    y[s * m * n + i] = epilogue == Epilogue.NONE
                            ? sum
                            : Functions.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), sum);
                } else {
                    integers[s * m * n + i] = total;
                }
            }
        }
        return List.of(floating ? Literal.of(a.type(), y, shape) : Literal.of(a.type(), integers, shape));
    }

    private static int[] leading(Literal x) {
        return java.util.Arrays.copyOf(x.shape(), x.rank() - 2);
    }

    /** Whether the right-hand side can be packed when the model is loaded. */
    public boolean hasWeights(Node node) {
        return !transA && node.input(1).isConstant() && node.input(1).rank() == 2
                && node.input(0).type().type() == DType.F32;
    }

    /** Epilogues are nodes of their own, whose gradient rules they have. */
    @Override
    public List<Value> train(GraphBuilder graph, String name, List<Value> inputs, boolean differentiated) {
        return Epilogues.apart(graph, name, with(Epilogue.NONE), epilogue, inputs);
    }

    /** {@code da = dy · bᵀ, db = aᵀ · dy, dbias = Σ dy}. */
    @Override
    public void gradient(Gradient g) {
        Value a = g.in(0);
        Value b = g.in(1);
        Value of = g.of();
        if (g.needs(0)) {
            g.give(0, transA
                    ? g.add(new MatMul(transB, true, Epilogue.NONE), b, of)
                    : g.add(new MatMul(false, !transB, Epilogue.NONE), of, b));
        }
        if (g.needs(1)) {
            boolean flat = b.rank() == 2 && !transA;
            Value rows = flat ? rows(g, a) : a;
            Value ofRows = flat ? rows(g, of) : of;
            g.give(1, transB
                    ? g.add(new MatMul(true, transA, Epilogue.NONE), ofRows, rows)
                    : g.add(new MatMul(!transA, false, Epilogue.NONE), rows, ofRows));
        }
        if (g.needs(2)) {
            g.give(2, of);
        }
    }

    /** All leading axes as one. */
    private static Value rows(Gradient g, Value x) {
        return x.rank() == 2 ? x
                : g.reshape(x, List.of(
                        ValueType.product(x.shape().subList(0, x.rank() - 1)), x.dim(x.rank() - 1)));
    }

    @Override
    public void lower(Lowering lowering) {
        if (hasWeights(lowering.node())) {
            lowering.step(
                            StepKind.MATMUL,
                            Lowering.list(lowering.in(0), lowering.in(1), lowering.in(2)),
                            lowering.outs())
                    .flag(transB)
                    .ints(epilogue.fn() == null ? 0 : epilogue.fn().ordinal() + 1)
                    .floats(epilogue.alpha(), epilogue.beta());
            return;
        }
        ValueType product = lowering.node().output().type();
        boolean more = lowering.in(2) != null || epilogue != Epilogue.NONE;
        PlanTensor sums = more ? lowering.temporary(product) : lowering.out(0);
        lowering.step(
                        StepKind.MATMUL_DYNAMIC, Lowering.list(lowering.in(0), lowering.in(1)),
                        product.type() == DType.F32 ? Lowering.list(sums, panels(lowering)) : Lowering.list(sums))
                .flag(transB)
                .flag(transA);
        if (lowering.in(2) != null) {
            PlanTensor biased = epilogue == Epilogue.NONE ? lowering.out(0) : lowering.temporary(product);
            lowering.step(StepKind.BINARY, Lowering.list(sums, lowering.in(2)), Lowering.list(biased))
                    .ints(BinaryFn.ADD.ordinal());
            sums = biased;
        }
        if (epilogue != Epilogue.NONE) {
            lowering.step(StepKind.UNARY, Lowering.list(sums), lowering.outs())
                    .ints(epilogue.fn().ordinal())
                    .floats(epilogue.alpha(), epilogue.beta());
        }
    }

    /** Where the step copies b to. */
    private PlanTensor panels(Lowering lowering) {
        ValueType b = lowering.inputValue(1).type();
        Dim k = b.dim(b.rank() - (transB ? 1 : 2));
        Dim n = b.dim(b.rank() - (transB ? 2 : 1));
        return lowering.scratch(
                DType.F32,
                Dim.of(MatmulKernels.panelFloats(Math.toIntExact(n.max()), Math.toIntExact(k.max()))));
    }

    /** Rows and vectors with tails; weights with bias and epilogue; products of activations, broadcast. */
    public static List<OpCase> cases() {
        MatMul transposed = new MatMul(true, Epilogue.NONE);
        MatMul relu = PLAIN.with(Epilogue.of(UnaryFn.RELU, 0, 0));
        List<OpCase> cases = new ArrayList<>();
        for (int[] mkn : new int[][] {{1, 1, 1}, {1, 64, 48}, {5, 33, 17}, {16, 7, 100}}) {
            int m = mkn[0];
            int k = mkn[1];
            int n = mkn[2];
            cases.add(OpCase.of(PLAIN, OpCase.in(m, k), OpCase.weights(k, n)));
            cases.add(OpCase.of(transposed, OpCase.in(2, m, k), OpCase.weights(n, k)));
            cases.add(OpCase.of(relu, OpCase.in(m, k), OpCase.weights(k, n), OpCase.weights(n)));
            cases.add(OpCase.of(PLAIN, OpCase.in(2, m, k), OpCase.in(2, k, n)));
            cases.add(OpCase.of(transposed, OpCase.in(2, 1, m, k), OpCase.in(3, n, k)));
        }
        for (int[] mkn : new int[][] {{1, 1, 1}, {7, 5, 3}, {40, 33, 17}, {12, 300, 70}}) {
            int m = mkn[0];
            int k = mkn[1];
            int n = mkn[2];
            MatMul ofColumns = new MatMul(true, false, Epilogue.NONE);
            cases.add(OpCase.of(ofColumns, OpCase.in(k, m), OpCase.in(k, n)));
            cases.add(OpCase.of(ofColumns, OpCase.in(k, m), OpCase.weights(k, n)));
            cases.add(OpCase.of(ofColumns, OpCase.in(2, 1, k, m), OpCase.in(3, k, n)));
            cases.add(OpCase.of(new MatMul(true, true, Epilogue.NONE), OpCase.in(2, k, m), OpCase.in(n, k)));
        }
        // a row times a matrix where it lies, as attention of a single query has it: columns that end within a vector
        cases.add(OpCase.of(PLAIN, OpCase.in(2, 1, 300), OpCase.in(2, 300, 70)));
        cases.add(OpCase.of(relu, OpCase.in(3, 4), OpCase.in(4, 5), OpCase.weights(5)));
        OpCase.Input integers = OpCase.in(ValueType.of(DType.I32, 3, 3), -100, 100);
        cases.add(OpCase.of(PLAIN, integers, integers));
        cases.add(OpCase.of(new MatMul(true, false, Epilogue.NONE), integers, integers));
        return cases;
    }
}
