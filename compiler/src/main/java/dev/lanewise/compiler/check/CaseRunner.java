package dev.lanewise.compiler.check;

import dev.lanewise.compiler.check.Verdict.Kind;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Compiles and runs cases. The model goes through the bytes of its file, as a user's would. Bounds of
 * symbols are the extents that the case's data has; an input whose contents decide extents is pinned to
 * the case's value, and the verdict says so. Immutable; any number of threads.
 */
public final class CaseRunner {

    private static final long MAX_BYTES = 1L << 30;

    private final LoadOptions load;
    private final boolean twins;

    /**
     * @param start which kernels to run on
     * @param twins whether to run on scalar kernels too and require the same bits
     */
    public CaseRunner(LoadOptions.Start start, boolean twins) {
        this.load = LoadOptions.defaults().maxBytes(MAX_BYTES).start(start);
        this.twins = twins;
    }

    /** What one case accumulates on its way. */
    private final class Run {
        private final TestCase testCase;
        private final Set<String> pinned = new LinkedHashSet<>();
        private double error = Double.NaN;

        Run(TestCase testCase) {
            this.testCase = testCase;
        }

        Verdict end(Kind kind, List<String> reasons, long start) {
            long millis = (System.nanoTime() - start) / 1_000_000;
            return new Verdict(testCase.name(), kind, reasons, error, List.copyOf(pinned), millis);
        }
    }

    /** Runs all data sets of a case; gives the first verdict that is not PASS. Never throws. */
    public Verdict run(TestCase testCase) {
        long start = System.nanoTime();
        Run run = new Run(testCase);
        try {
            byte[] bytes = Files.readAllBytes(testCase.model());
            OnnxPorts ports = OnnxPorts.of(testCase.name(), bytes);
            for (DataSet set : testCase.sets()) {
                Example example = set.read(ports);
                byte[] file = CaseCompiler.compile(testCase, bytes, ports, example, run.pinned).file().toBytes();
                Model[] models = load(testCase.name(), file);
                if (!example.unsupported().isEmpty()) {
                    return run.end(Kind.UNSUPPORTED, distinct(example.unsupported()), start);
                }
                String problem = execute(run, models, ports, example);
                if (!problem.isEmpty()) {
                    String wrong = RecordedWrongly.reason(bytes);
                    return wrong == null
                            ? run.end(Kind.FAIL, List.of(problem), start)
                            : run.end(Kind.RECORDED_WRONGLY, List.of(wrong), start);
                }
            }
            return run.end(Kind.PASS, List.of(), start);
        } catch (CompileException e) {
            // what else is wrong with such a model may follow from what is not supported
            boolean unsupported = e.problems().stream().anyMatch(p -> p instanceof UnsupportedOpException)
                    || e.problems().stream().allMatch(p -> p instanceof PlanException);
            return run.end(unsupported ? Kind.UNSUPPORTED : Kind.FAIL, reasons(e), start);
        } catch (LanewiseException | IOException e) {
            return run.end(Kind.FAIL, List.of(e.getMessage()), start);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            StackTraceElement[] trace = e.getStackTrace();
            String where = trace.length == 0 ? "" : " at " + trace[0];
            return run.end(Kind.FAIL, List.of("a fault of Lanewise's own: " + e + where), start);
        }
    }

    private static List<String> reasons(CompileException e) {
        return distinct(e.problems().stream().map(CaseRunner::reason).toList());
    }

    private static String reason(LanewiseException problem) {
        return problem instanceof UnsupportedOpException unsupported
                ? unsupported.op() + ": " + unsupported.reason()
                : problem.getMessage();
    }

    private static List<String> distinct(List<String> texts) {
        return List.copyOf(new LinkedHashSet<>(texts));
    }

    private Model[] load(String name, byte[] file) {
        Model model = Model.of(ModelFile.read(name, file), load);
        return twins
                ? new Model[] {model, Model.of(ModelFile.read(name, file), load.start(LoadOptions.Start.SCALAR))}
                : new Model[] {model};
    }

    private String execute(Run run, Model[] models, OnnxPorts ports, Example example) {
        Session[] sessions = new Session[models.length];
        for (int i = 0; i < models.length; i++) {
            sessions[i] = models[i].newSession();
            String problem = feed(sessions[i], example);
            if (!problem.isEmpty()) {
                return problem;
            }
            sessions[i].run();
        }
        for (int o = 0; o < sessions[0].outputs().size(); o++) {
            Tensor found = sessions[0].outputs().get(o);
            Literal expected = example.outputs().get(found.name());
            if (expected != null) {
                String problem = compare(run, found, expected, ports.random());
                if (!problem.isEmpty()) {
                    return problem;
                }
            }
            if (sessions.length > 1 && !sameBits(found, sessions[1].outputs().get(o))) {
                return "output '" + found.name() + "' differs in bits between " + sessions[0].kernels() + " and "
                        + sessions[1].kernels() + " kernels";
            }
        }
        int expected = OnnxPorts.tensors(ports.outputs(), example.lengths()).size();
        if (sessions[0].outputs().size() != expected) {
            return "the compiled model has " + sessions[0].outputs().size() + " outputs, the source " + expected;
        }
        return "";
    }

    private static String feed(Session session, Example example) {
        for (Tensor input : session.inputs()) {
            Literal value = example.inputs().get(input.name());
            if (value == null) {
                return "the case has no value for input '" + input.name() + "'";
            }
            if (value.type() != input.type()) {
                return "input '" + input.name() + "' is " + input.type() + ", the case has " + value.type();
            }
            input.setShape(value.shape());
        }
        for (Tensor input : session.inputs()) {
            Elements.decode(input, ByteBuffer.wrap(example.inputs().get(input.name()).encode()));
        }
        return "";
    }

    private static String compare(Run run, Tensor found, Literal expected, boolean random) {
        if (random) {
            return Distribution.problem(found, expected);
        }
        Comparison comparison = Comparison.of(found, expected);
        run.error = Double.isNaN(run.error) ? comparison.error() : Math.max(run.error, comparison.error());
        return comparison.problem();
    }

    private static boolean sameBits(Tensor a, Tensor b) {
        return Arrays.equals(a.shape(), b.shape()) && Arrays.equals(Elements.encode(a), Elements.encode(b));
    }
}
