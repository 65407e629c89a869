package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Teams;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole models on several threads: the bits that one gives, and no allocation on any of them. */
@Tag("allocation")
class ThreadedModelsTest {

    private static final int CALLS = 4;

    /** Threads share what is large only: so that they share, each step counts as large. */
    private static void assertSameBits(String file, CompileOptions options, Consumer<Session> shapes)
            throws IOException {
        if (!ReferenceData.has(file)) {
            return;
        }
        for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
            Model model = Model.of(
                    Compiler.compile(ReferenceData.path(file), options).file(), LoadOptions.defaults().start(start));
            for (int threads : start == Start.SCALAR ? new int[] {3} : new int[] {2, 3, 7}) {
                Session alone = model.newSession();
                Session team = Teams.session(model, threads);
                shapes.accept(alone);
                shapes.accept(team);
                Random random = new Random(threads);
                for (int call = 0; call < CALLS; call++) {
                    feed(alone, team, random);
                    alone.run();
                    team.run();
                    for (int i = 0; i < alone.outputs().size(); i++) {
                        assertArrayEquals(
                                Elements.encode(alone.outputs().get(i)), Elements.encode(team.outputs().get(i)),
                                alone.outputs().get(i) + " with " + threads + " threads");
                    }
                    assertArrayEquals(alone.state().toBytes(), team.state().toBytes());
                }
                if (start == Start.BEST_COLD && threads == 3) {
                    assertAllocatesNothing(team);
                }
                team.close();
            }
        }
    }

    private static void feed(Session alone, Session team, Random random) {
        for (Tensor input : alone.inputs()) {
            for (int i = 0; i < input.size(); i++) {
                double value = input.type() == DType.F32 ? random.nextFloat() * 2 - 1 : random.nextInt(2);
                Elements.set(input, i, value);
                Elements.set(team.input(input.name()), i, value);
            }
        }
    }

    /** On no thread of the team; what the compilers' first calls allocate is given time to pass. */
    private static void assertAllocatesNothing(Session session) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread == Thread.currentThread() || thread.getName().startsWith("lanewise-team"))
                .mapToLong(Thread::getId)
                .toArray();
        long end = System.nanoTime() + 15_000_000_000L;
        long[] before = new long[ids.length];
        long allocated;
        do {
            for (int i = 0; i < ids.length; i++) {
                before[i] = allocatedBytes(threads, ids[i]);
            }
            for (int run = 0; run < 20; run++) {
                session.run();
            }
            allocated = 0;
            for (int i = 0; i < ids.length; i++) {
                allocated += allocatedBytes(threads, ids[i]) - before[i];
            }
        } while (allocated > 0 && System.nanoTime() < end);
        assertEquals(0, allocated, "bytes in 20 runs");
    }

    private static long allocatedBytes(ThreadMXBean threads, long id) {
        return id == Thread.currentThread().getId()
                ? threads.getCurrentThreadAllocatedBytes()
                : threads.getThreadAllocatedBytes(id);
    }

    @Test
    void speechDetector() throws IOException {
        assertSameBits("models/silero-vad/silero_vad_16k_op15.onnx", CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", 576, 576)
                .pin("sr", Literal.scalar(16_000)), session -> {});
    }

    @Test
    void noiseSuppression() throws IOException {
        assertSameBits("models/dtln/model_1.onnx",
                CompileOptions.defaults().state("input_3", "tf_op_layer_stack_2"), session -> {});
    }

    @Test
    void images() throws IOException {
        CompileOptions fixed = CompileOptions.defaults().defaultBound(1).autoState(false);
        assertSameBits("models/yunet/yunet_s_320_320.onnx", fixed, session -> {});
        assertSameBits("models/onnx-mnist-8/model.onnx", fixed, session -> {});
    }

    @Test
    void languageModel() throws IOException {
        assertSameBits("models/tiny-gpt2/past.onnx", CompileOptions.defaults()
                .dim("batch_size", 1, 1)
                .dim("seq_len", 1, 8)
                .dim("past_seq_len", 0, 32)
                .dim("total_seq_len", 1, 40)
                .autoState(false), session -> {
                    for (Tensor input : session.inputs()) {
                        for (int axis = 0; axis < input.rank(); axis++) {
                            int extent = input.name().equals("attention_mask") ? 12 : input.rank() == 2 ? 8 : 4;
                            if (input.rank() == 2 && axis == 1 || input.rank() == 5 && axis == 3) {
                                input.setExtent(axis, extent);
                            }
                        }
                    }
                });
    }
}
