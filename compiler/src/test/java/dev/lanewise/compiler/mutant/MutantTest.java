package dev.lanewise.compiler.mutant;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged and hostile files: each of many seeded mutants is refused with a typed error or runs, within
 * a second and 256 MB. Mutants of model files mostly get their checksums made right again, so that
 * they reach the code behind.
 */
@Tag("once")
class MutantTest {

    private static final long LONGEST_NANOS = 1_000_000_000L;
    private static final long MOST_BYTES = 256L << 20;
    private static final int LARGEST_SEED = 1 << 21;

    private static final CompileOptions OPTIONS = CompileOptions.defaults().defaultBound(8);
    private static final LoadOptions LOADING =
            LoadOptions.defaults().start(LoadOptions.Start.SCALAR).maxBytes(64L << 20);

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int refused;
    private int ran;

    @Test
    void aFewThousandMutants() throws IOException {
        mutants(6_000);
    }

    @Test
    @Tag("full")
    void aHundredThousandMutants() throws IOException {
        mutants(100_000);
    }

    private void mutants(int count) throws IOException {
        List<byte[]> own = List.of(SmallModel.dense(), SmallModel.convolution());
        List<byte[]> onnx = new ArrayList<>(own);
        onnx.addAll(fromData());
        List<byte[]> lane = new ArrayList<>();
        for (byte[] model : onnx) {
            try {
                lane.add(Compiler.compile("seed", model, null, OPTIONS).file().toBytes());
            } catch (LanewiseException e) {
                // not every real model compiles without options; as an ONNX seed it serves all the same
            }
        }
        for (String form : List.of("bf16", "f16", "int8", "int4", "int8-dynamic")) {
            CompileOptions small = OPTIONS.weights(form);
            lane.add(Compiler.compile("seed", SmallModel.embedding(), null, small).file().toBytes());
        }
        assertTrue(lane.size() >= own.size(), "the project's own models compile");
        warmUp(onnx);
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(i);
            if (i % 2 == 0) {
                byte[] mutant = mutant(onnx.get(random.nextInt(onnx.size())), random);
                within(i, "ONNX", () -> run(Compiler.compile("mutant", mutant, null, OPTIONS).file()));
            } else {
                byte[] mutant = checksummed(mutant(lane.get(random.nextInt(lane.size())), random), random);
                within(i, ".lane", () -> run(ModelFile.read("mutant", mutant)));
            }
        }
        System.out.println(count + " mutants of " + onnx.size() + " ONNX and " + lane.size() + " .lane files: "
                + refused + " refused with a typed error, " + ran + " ran");
        assertTrue(ran > count / 100 && refused > count / 10, "mutants both run and are refused");
    }

    /** Classes loaded and code compiled count against no mutant. */
    private static void warmUp(List<byte[]> onnx) {
        for (byte[] model : onnx.subList(0, Math.min(20, onnx.size()))) {
            try {
                run(Compiler.compile("seed", model, null, OPTIONS).file());
            } catch (LanewiseException e) {
                // as above
            }
        }
    }

    private static byte[] mutant(byte[] seed, SplittableRandom random) {
        if (random.nextInt(10) == 0) {
            return Arrays.copyOf(seed, random.nextInt(seed.length));
        }
        if (random.nextInt(10) == 0) {
            return Wire.flipped(seed, random);
        }
        Wire wire = Wire.parse(seed);
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            wire.mutate(random);
        }
        return wire.toBytes();
    }

    private static byte[] checksummed(byte[] mutant, SplittableRandom random) {
        if (random.nextInt(10) == 0) {
            return mutant;
        }
        try {
            return ModelFile.complete("mutant", ModelProto.parseFrom(mutant)).toBytes();
        } catch (IOException e) {
            return mutant;
        }
    }

    private static void run(ModelFile file) {
        Model model = Model.of(file, LOADING);
        if (file.message().getStructureCrc() % 2 == 0) { // half of them without a session before
            stepTwo(model);
        }
        Session session = model.newSession();
        session.run();
        session.run();
        stepTwo(model);
    }

    private static void stepTwo(Model model) {
        BatchSession batch = model.newBatchSession(2);
        State[] states = {model.newState(), model.newState()};
        batch.stepBatch(states, 2);
        batch.stepBatch(states, 1);
    }

    private void within(int seed, String what, Runnable action) {
        long begin = threads.getCurrentThreadCpuTime(); // what the machine does besides is not the mutant's
        long bytes = threads.getCurrentThreadAllocatedBytes();
        try {
            action.run();
            ran++;
        } catch (LanewiseException e) {
            refused++;
            assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), "a message");
        } catch (Throwable e) {
            fail(what + " mutant " + seed + " is neither refused nor right: " + e, e);
        }
        long nanos = threads.getCurrentThreadCpuTime() - begin;
        long allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
        if (nanos > LONGEST_NANOS || allocated > MOST_BYTES) {
            fail(what + " mutant " + seed + " took " + nanos / 1_000_000 + " ms and " + (allocated >> 20) + " MB");
        }
    }

    /** Real models and cases, a seeded choice, where the data is there. */
    private static List<byte[]> fromData() throws IOException {
        Path data = Path.of(System.getProperty("lanewise.data", "absent"));
        if (!Files.isDirectory(data)) {
            System.out.println("no reference data; mutants are made of the project's own models only");
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        for (String folder : List.of("conformance/onnx-node", "models")) {
            try (Stream<Path> walk = Files.walk(data.resolve(folder))) {
                walk.filter(path -> path.toString().endsWith(".onnx")).sorted().forEach(files::add);
            }
        }
        Collections.shuffle(files, new Random(1));
        List<byte[]> models = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) < LARGEST_SEED && models.size() < 300) {
                models.add(Files.readAllBytes(file));
            }
        }
        return models;
    }
}
