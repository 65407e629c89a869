package dev.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.formats.proto.GoldenOutputProto;
import dev.lanewise.formats.proto.GoldenProto;
import dev.lanewise.runtime.Goldens;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each assertion: passes where it should, fails where it must, and says why. */
class AssertionsTest {

    private static Model model(LoadOptions.Start start) {
        return Model.of(Recurrent.file(), LoadOptions.defaults().start(start));
    }

    @Test
    void aWarmRunAllocatesNothing() {
        for (LoadOptions.Start start : LoadOptions.Start.values()) {
            Model model = model(start);
            Session session = model.newSession();
            Tensor x = session.input("x");
            State[] states = {model.newState(), model.newState()};
            int[] turn = {0};
            x.setShape(3, 5);
            AllocationProbe.assertAllocatesNothing(() -> {
                session.bind(states[turn[0] ^= 1]);
                x.floats()[x.offset()] = turn[0];
                session.run();
            });
        }
    }

    @Test
    void allocationIsSeenAndCounted() {
        Object[] kept = new Object[1];
        String message = assertThrows(AssertionError.class,
                () -> AllocationProbe.assertAllocatesNothing(() -> kept[0] = new byte[1000], Duration.ofMillis(200)))
                .getMessage();
        assertTrue(message.matches("100 runs allocate 10\\d{4} bytes, 10\\d\\d in each, after .*"), message);
        assertTrue(AllocationProbe.allocatedBytes(() -> kept[0] = new byte[1000], 7) >= 7000);
    }

    @Test
    void goldensAreReplayed(@TempDir Path folder) throws Exception {
        Session session = model(LoadOptions.Start.SCALAR).newSession();
        GoldenInputProto input = GoldenInputProto.newBuilder().addExtents(2).addExtents(5).setSeed(3).build();
        Goldens.fill(session.input("x"), input);
        session.run();
        GoldenOutputProto output = GoldenOutputProto.newBuilder().addExtents(2).addExtents(37)
                .setDigest(Goldens.digest(session.output("y"))).build();
        GoldenProto golden = GoldenProto.newBuilder().addInputs(input).addOutputs(output).build();

        Path file = folder.resolve("good.lane");
        ModelFile.complete("good", Recurrent.message().addGoldens(golden).build()).write(file);
        GoldenReplay.assertGoldens(file);

        GoldenProto wrong = golden.toBuilder().setOutputs(0, output.toBuilder().setDigest(5)).build();
        ModelFile.complete("bad", Recurrent.message().addGoldens(wrong).build()).write(file);
        assertTrue(assertThrows(AssertionError.class, () -> GoldenReplay.assertGoldens(file)).getMessage()
                .contains("'y' is not what the compiler computed"));

        Recurrent.file().write(file);
        assertThrows(AssertionError.class, () -> GoldenReplay.assertGoldens(file));
        assertTrue(Files.exists(file));
    }

    @Test
    void twinsAgree() {
        TwinCheck.of(Recurrent.file()).check();
        TwinCheck.of(Recurrent.file()).streams(2).runs(20).seed(9).limit(5).check();
        int[] calls = {0};
        TwinCheck.of(Recurrent.file()).streams(2).runs(3).inputs((session, stream, run) -> {
            calls[0]++;
            session.input("x").setShape(1 + stream, 5);
            session.input("x").floats()[session.input("x").offset()] = run;
        }).check();
        assertEquals(12, calls[0]);
    }

    @Test
    void aDifferenceIsNamed() {
        int[] call = {0};
        String message = assertThrows(AssertionError.class, () -> TwinCheck.of(Recurrent.file())
                .inputs((session, stream, run) -> {
                    session.input("x").setShape(1, 5);
                    session.input("x").floats()[session.input("x").offset()] = call[0]++;
                }).check()).getMessage();
        assertTrue(message.contains("stream 0, run 0: output y f32[1, 37], element 0 is "), message);
        message = assertThrows(AssertionError.class, () -> TwinCheck.of(Recurrent.file())
                .inputs((session, stream, run) -> session.state().copyFrom(advanced(session.model()))).check())
                .getMessage();
        assertTrue(message.contains("does not run") && message.contains("B = 2"), message);
    }

    /** A state of two streams, which does not fit inputs of nine. */
    private static State advanced(Model model) {
        Session session = model.newSession();
        session.input("x").setShape(2, 5);
        session.run();
        return session.state();
    }

    /** A real change of kernels, from scalar to the best, in the middle of a stream. */
    @Test
    void aStreamDoesNotSeeTheKernelsChange() throws Exception {
        Session reference = model(LoadOptions.Start.SCALAR).newSession();
        Model model = model(LoadOptions.Start.TIER_UP);
        Session session = model.newSession();
        Tensor x = session.input("x");
        Tensor y = session.output("y");
        float[] array = x.floats();
        long end = System.nanoTime() + 30_000_000_000L;
        int afterwards = 5;
        for (int t = 0; afterwards > 0; t++) {
            for (Tensor input : new Tensor[] {x, reference.input("x")}) {
                input.setShape(9, 5);
                for (int i = 0; i < input.size(); i++) {
                    input.floats()[input.offset() + i] = (t * 31 + i * 7) % 13 / 6f - 1;
                }
            }
            session.run();
            reference.run();
            Tensor expected = reference.output("y");
            for (int i = 0; i < y.size(); i++) {
                assertEquals(expected.get(i), y.get(i), 0f, "run " + t + " with " + session.kernels());
            }
            afterwards -= model.isHot() ? 1 : 0;
            assertTrue(System.nanoTime() < end, "hot within 30 s");
        }
        assertArrayEquals(reference.state().toBytes(), session.state().toBytes());
        assertEquals(array, x.floats());
    }
}
