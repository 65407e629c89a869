package dev.lanewise.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.FormatException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it saves leaves a checkpoint, the old or the new one, whole. */
@Tag("once")
class CheckpointKillTest {

    private static final int BYTES = 3 << 20;

    /** The process: saves checkpoint after checkpoint, going on from the one that is there. */
    static final class Saving {

        private Saving() {}

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            long steps = Files.exists(file) ? Checkpoint.read(file).position().steps : 0;
            System.out.println("saving");
            System.out.flush();
            checkpoint(++steps).write(file);
            System.out.println("saved");
            System.out.flush();
            while (true) {
                checkpoint(++steps).write(file);
            }
        }
    }

    private static Checkpoint checkpoint(long steps) {
        Position position = new Position();
        position.steps = steps;
        byte[] train = new byte[BYTES];
        Arrays.fill(train, (byte) steps);
        return new Checkpoint(1, position, steps, 0.5, 2, new byte[] {1, 2}, train, new byte[0]);
    }

    @Test
    void tenTimes(@TempDir Path folder) throws Exception {
        kill(folder.resolve("net.checkpoint"), 10);
    }

    @Test
    @Tag("full")
    void twoHundredTimes(@TempDir Path folder) throws Exception {
        kill(folder.resolve("net.checkpoint"), 200);
    }

    private static void kill(Path file, int times) throws Exception {
        Random random = new Random(times);
        long steps = 0;
        int unfinished = 0;
        for (int i = 0; i < times; i++) {
            Process process = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1", "-cp", classPath(), Saving.class.getName(), file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            assertEquals("saving", process.inputReader().readLine());
            if (i % 2 == 1) { // every other process dies once it has saved something, however slow the machine is
                assertEquals("saved", process.inputReader().readLine());
            }
            Thread.sleep(random.nextInt(120), random.nextInt(1_000_000));
            process.destroyForcibly();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            if (Files.exists(file)) {
                Checkpoint found = Checkpoint.read(file);
                assertTrue(found.position().steps >= steps, "went back");
                steps = found.position().steps;
                assertEquals(BYTES, found.train().length);
                for (byte each : found.train()) {
                    assertEquals((byte) steps, each);
                }
            } else {
                assertEquals(0, steps, "a checkpoint has vanished");
            }
            unfinished += Files.exists(file.resolveSibling(".net.checkpoint.part")) ? 1 : 0;
        }
        assertTrue(steps >= times / 2, steps + " saved");
        System.out.println("killed " + times + " times, " + unfinished + " of them in the middle of a file; "
                + steps + " checkpoints saved");
    }

    private static String classPath() throws Exception {
        StringBuilder path = new StringBuilder();
        for (Class<?> each : new Class<?>[] {Saving.class, Checkpoint.class, FormatException.class}) {
            path.append(Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI()))
                    .append(File.pathSeparator);
        }
        return path.toString();
    }

    @Test
    void damageIsSeen(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.checkpoint");
        checkpoint(7).write(file);
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] damaged = bytes.clone();
            damaged[i < 20 ? i : random.nextInt(bytes.length)] ^= 4;
            Files.write(file, damaged);
            assertThrows(FormatException.class, () -> Checkpoint.read(file));
            Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            assertThrows(FormatException.class, () -> Checkpoint.read(file));
        }
    }
}
