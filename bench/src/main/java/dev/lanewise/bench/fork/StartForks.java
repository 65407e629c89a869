package dev.lanewise.bench.fork;

import ai.onnxruntime.OrtEnvironment;
import dev.lanewise.bench.row.ModelRows;
import dev.lanewise.bench.row.StartRow;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.aot.AotCache;
import dev.lanewise.compiler.aot.Jars;
import dev.lanewise.compiler.aot.RuntimeJars;
import dev.lanewise.runtime.LoadOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Starts processes that load a model, in jars as users have them, and sees how soon they answer.
 *
 * @param starts of each way
 * @param forks processes of each way whose calls are timed
 */
public record StartForks(int starts, int forks) {

    private static final String PROGRAMS = "dev/lanewise/bench/start/";

    /** Measures all ways in turn. */
    public StartTimes run(StartRow row) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("bench-start");
        try {
            return new Stage(folder, row).play(starts, forks);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The files that the processes need. */
    private static final class Stage {

        private final StartRow row;
        private final Path folder;
        private final Path lane;
        private final List<Path> ours = new ArrayList<>();
        private final List<Path> theirs = new ArrayList<>();

        Stage(Path folder, StartRow row) throws IOException {
            this.row = row;
            this.folder = folder;
            lane = folder.resolve("model.lane");
            Compiler.compile(row.onnx(), ModelRows.sileroStream()).file().write(lane);
            Path programs = folder.resolve("programs.jar");
            Jars.write(Jars.place(StartForks.class), PROGRAMS, programs);
            ours.addAll(RuntimeJars.into(folder));
            ours.add(programs);
            theirs.add(Jars.place(OrtEnvironment.class));
            theirs.add(programs);
        }

        StartTimes play(int starts, int forks) throws IOException, InterruptedException {
            for (StartWay way : StartWay.ALL) {
                if (way.cached()) {
                    // a run of the very program, long enough to change kernels
                    AotCache.write(cache(way), way.options(), jars(way), main(way), arguments(way, row.calls()));
                }
            }
            Map<StartWay, double[]> millis = new LinkedHashMap<>();
            StartWay.ALL.forEach(way -> millis.put(way, new double[starts]));
            List<StartWay> turns = new ArrayList<>(StartWay.ALL);
            Random random = new Random(1);
            for (int i = -1; i < starts; i++) { // the first brings the files into memory
                Collections.shuffle(turns, random);
                for (StartWay way : turns) {
                    double time = firstResult(way);
                    if (i >= 0) {
                        millis.get(way)[i] = time;
                    }
                }
            }
            Map<StartWay, List<long[]>> calls = new LinkedHashMap<>();
            for (int i = 0; i < forks; i++) {
                Collections.shuffle(turns, random);
                for (StartWay way : turns) {
                    calls.computeIfAbsent(way, key -> new ArrayList<>()).add(calls(way));
                }
            }
            return new StartTimes(millis, calls);
        }

        /** Milliseconds from starting the process to its first line. */
        private double firstResult(StartWay way) throws IOException, InterruptedException {
            ProcessBuilder builder = new ProcessBuilder(command(way, arguments(way, 0)));
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
            long begin = System.nanoTime();
            Process process = builder.start();
            try (var out = process.inputReader()) {
                String line = out.readLine();
                double millis = (System.nanoTime() - begin) / 1e6;
                if (process.waitFor() != 0 || line == null) {
                    throw new IOException(String.join(" ", builder.command()) + " ended with " + process.exitValue()
                            + " and printed " + line);
                }
                return millis;
            }
        }

        private long[] calls(StartWay way) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(command(way, arguments(way, row.calls()))).inheritIO()
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException("'" + way.title() + "' ended with " + process.exitValue());
            }
            LongBuffer nanos = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("calls"))).asLongBuffer();
            long[] values = new long[nanos.remaining()];
            nanos.get(values);
            return values;
        }

        private List<String> command(StartWay way, List<String> arguments) {
            List<String> command = new ArrayList<>(List.of(Jvm.executable()));
            if (way.cached()) {
                command.add("-XX:AOTCache=" + cache(way));
            }
            command.addAll(way.options());
            command.addAll(List.of("-cp", AotCache.classPath(jars(way)), main(way)));
            command.addAll(arguments);
            return command;
        }

        private Path cache(StartWay way) {
            LoadOptions.Start start = way.start();
            return folder.resolve((start == null ? "peer" : start.name()) + ".aot");
        }

        private List<Path> jars(StartWay way) {
            return way.isPeer() ? theirs : ours;
        }

        private static String main(StartWay way) {
            String program = way.isPeer() ? "OnnxRuntimeStart" : "LanewiseStart";
            return PROGRAMS.replace('/', '.') + program;
        }

        /** Of a program that ends with its first result, or else makes so many calls. */
        private List<String> arguments(StartWay way, int calls) {
            List<String> arguments = new ArrayList<>();
            arguments.add((way.isPeer() ? row.onnx() : lane).toString());
            if (!way.isPeer()) {
                arguments.add(way.start().name());
            }
            if (calls > 0) {
                arguments.addAll(List.of(String.valueOf(calls), folder.resolve("calls").toString()));
            }
            return arguments;
        }
    }
}
