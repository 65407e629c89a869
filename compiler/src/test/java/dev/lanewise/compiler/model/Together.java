package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Teams;
import dev.lanewise.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Streams of a model that advance in one call, beside the same streams that advance one after the other. */
public final class Together {

    private final Session alone;
    private final BatchSession batch;
    private final List<State> aloneStates = new ArrayList<>();
    private final List<State> batchStates = new ArrayList<>();

    public Together(Model model, int streams) {
        this(model, streams, model.newBatchSession(streams));
    }

    private Together(Model model, int streams, BatchSession batch) {
        this.batch = batch;
        alone = model.newSession();
        for (int i = 0; i < streams; i++) {
            aloneStates.add(model.newState());
            batchStates.add(model.newState());
        }
    }

    /** One call for streams of random numbers, with inputs of the given shapes for one stream; compares all bits. */
    public void step(int n, Random random, Function<String, int[]> shapes) {
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < batch.streams(); i++) {
            chosen.add(i);
        }
        Collections.shuffle(chosen, random);
        for (Tensor rows : batch.inputs()) {
            int[] shape = shapes.apply(rows.name());
            alone.input(rows.name()).setShape(shape);
            for (int axis = 0; axis < shape.length; axis++) {
                rows.setExtent(axis + 1, shape[axis]);
            }
            for (int i = 0; i < rows.size(); i++) {
                Elements.set(rows, i, rows.type() == DType.F32 ? random.nextFloat() * 2 - 1 : random.nextInt(2));
            }
        }
        State[] states = new State[n];
        for (int i = 0; i < n; i++) {
            states[i] = batchStates.get(chosen.get(i));
        }
        batch.stepBatch(states, n);
        for (int i = 0; i < n; i++) {
            State state = aloneStates.get(chosen.get(i));
            alone.bind(state);
            for (Tensor one : alone.inputs()) {
                Tensor rows = batch.input(one.name());
                for (int e = 0; e < one.size(); e++) {
                    Elements.set(one, e, Elements.get(rows, i * one.size() + e));
                }
            }
            alone.run();
            for (Tensor one : alone.outputs()) {
                Tensor rows = batch.output(one.name());
                assertArrayEquals(one.shape(), Arrays.copyOfRange(rows.shape(), 1, rows.rank()), one.name());
                byte[] all = Elements.encode(rows);
                byte[] expected = Elements.encode(one);
                assertArrayEquals(
                        expected, Arrays.copyOfRange(all, i * expected.length, (i + 1) * expected.length),
                        one.name() + " of stream " + i + " of " + n);
            }
            assertArrayEquals(state.toBytes(), states[i].toBytes(), "state of stream " + i + " of " + n);
        }
        assertEquals(alone.multiplyAdds(), batch.multiplyAdds(), "work");
    }

    /** Several calls, each for another number of streams of fixed shapes, on so many threads. */
    public static void assertSameBits(Model model, int streams, int calls, int threads) {
        Together together = new Together(model, streams, Teams.batchSession(model, streams, threads));
        Random random = new Random(streams);
        for (int call = 0; call < calls; call++) {
            int n = call == 0 ? streams : random.nextInt(streams + 1);
            together.step(n, random, name -> together.alone.input(name).shape());
        }
        together.batch.close();
    }
}
