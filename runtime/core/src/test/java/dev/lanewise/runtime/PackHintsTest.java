package dev.lanewise.runtime;

import static dev.lanewise.runtime.HandMade.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps tell the kernels that pack their weights the most rows that there can be. */
class PackHintsTest {

    private static final int I = 3;
    private static final int H = 4;

    private final List<String> hints = new ArrayList<>();
    private final HandMade model = new HandMade();

    @Test
    void products() {
        assertEquals("pack 1", product(model.number(1)));
    }

    @Test
    void productsOfABoundedExtent() {
        assertEquals("pack 7", product(model.symbol("T", 0, 7)));
    }

    @Test
    void oneStreamOneStep() {
        assertEquals("pack 1 1", sequence(StepKind.LSTM, model.number(1), model.number(1), false));
    }

    @Test
    void aSequenceOfOneStream() {
        int steps = model.symbol("T", 0, 6);
        assertEquals("pack 6 1", sequence(StepKind.GRU, steps, model.number(1), false));
    }

    @Test
    void manyStreams() {
        int steps = model.symbol("T", 0, 6);
        int streams = model.symbol("B", 0, 5);
        assertEquals("pack 30 5", sequence(StepKind.RNN, steps, streams, false));
    }

    @Test
    void streamsWithLengthsGoOneByOne() {
        int steps = model.symbol("T", 0, 6);
        int streams = model.symbol("B", 0, 5);
        assertEquals("pack 6 1", sequence(StepKind.LSTM, steps, streams, true));
    }

    private String product(int rows) {
        int k = model.number(I);
        int n = model.number(H);
        int a = model.arena(DType.F32, rows, k);
        model.copy(model.input("a", DType.F32, rows, k), a);
        int y = model.arena(DType.F32, rows, n);
        int b = model.weights(DType.F32, new float[I * H], k, n);
        model.step(StepKind.MATMUL, ids(a, b), ids(y), 0, 0);
        model.copy(y, model.output("y", DType.F32, rows, n));
        return hint();
    }

    private String sequence(StepKind kind, int steps, int streams, boolean withLengths) {
        int gates = kind == StepKind.LSTM ? 4 : kind == StepKind.GRU ? 3 : 1;
        int i = model.number(I);
        int h = model.number(H);
        int x = model.arena(DType.F32, steps, streams, i);
        model.copy(model.input("x", DType.F32, steps, streams, i), x);
        int lengths = -1;
        if (withLengths) {
            lengths = model.arena(DType.I32, streams);
            model.copy(model.input("lengths", DType.I32, streams), lengths);
        }
        int rows = model.number(gates * H);
        int w = model.weights(DType.F32, new float[gates * H * I], rows, i);
        int r = model.weights(DType.F32, new float[gates * H * H], rows, h);
        int y = model.arena(DType.F32, steps, streams, h);
        int scratch = model.arena(DType.F32, model.number(5000));
        int[] outputs = kind == StepKind.LSTM ? ids(y, -1, -1, scratch) : ids(y, -1, scratch);
        model.step(kind, ids(x, w, r, -1, lengths), outputs, 0, kind == StepKind.RNN ? UnaryFn.TANH.ordinal() : 0);
        model.copy(y, model.output("y", DType.F32, steps, streams, h));
        return hint();
    }

    /** The one packing that the model asks for: the method, and its last arguments. */
    private String hint() {
        Model loaded = model.load();
        new Tier(loaded.plan(), loaded.program(), recording()).prepare(dev.lanewise.runtime.team.Team.ALONE);
        assertEquals(1, hints.size());
        return hints.get(0);
    }

    /** Scalar kernels that note with which hints they were asked to pack. */
    private Kernels recording() {
        MatmulKernels matmul = noting(MatmulKernels.class, ScalarKernels.INSTANCE.matmul(), 1);
        CellKernels cells = noting(CellKernels.class, ScalarKernels.INSTANCE.cells(), 2);
        return proxy(Kernels.class, (name, args, result) -> switch (name) {
            case "matmul" -> matmul;
            case "cells" -> cells;
            default -> result;
        }, ScalarKernels.INSTANCE);
    }

    private <K> K noting(Class<K> type, K kernels, int last) {
        return proxy(type, (name, args, result) -> {
            if (name.startsWith("pack")) {
                StringBuilder hint = new StringBuilder(name);
                for (int i = args.length - last; i < args.length; i++) {
                    hint.append(' ').append(args[i]);
                }
                hints.add(hint.toString());
            }
            return result;
        }, kernels);
    }

    private interface Seen {
        Object call(String name, Object[] args, Object result);
    }

    private static <K> K proxy(Class<K> type, Seen seen, K behind) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type},
                (self, method, args) -> seen.call(method.getName(), args, method.invoke(behind, args))));
    }
}
