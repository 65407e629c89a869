package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.ModelWork;
import dev.lanewise.bench.row.TrainingWork;
import dev.lanewise.bench.row.Work;
import java.util.Locale;

/** A runtime that does a piece of work again and again, on the calling thread alone unless the work says more. */
public interface Subject extends AutoCloseable {

    /** One call. */
    void run() throws Exception;

    /** The first f32 output of the last call, row-major. */
    float[] output() throws Exception;

    /** The most bytes of memory that the work itself takes at a time; 0 where that is not looked at. */
    default long memory() {
        return 0;
    }

    /** The runtimes that can be measured. */
    enum Kind {
        /** Nothing at all: what the machine and the measuring add. */
        EMPTY("empty loop"),
        LANEWISE("Lanewise"),
        /** ONNX Runtime as its documentation shows it: tensors made for each call, results copied. */
        PLAIN("ONNX Runtime, plain"),
        /** ONNX Runtime with inputs and outputs in buffers made once. */
        PINNED("ONNX Runtime, pinned"),
        /** The same where there are several threads, which spin while they wait for each other. */
        SPINNING("ONNX Runtime, pinned, spinning"),
        PYTORCH("PyTorch");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }

        /** Whether this runtime can do that work. */
        public boolean does(Work work) {
            return switch (work) {
                case ModelWork model -> switch (this) {
                    case PYTORCH -> model.torch() != null;
                    case SPINNING -> model.threads() > 1;
                    case PLAIN -> model.streams() == null; // copies even more than PINNED does for streams
                    default -> true;
                };
                case TrainingWork training -> this == LANEWISE || this == PYTORCH;
            };
        }

        /** Prepares the work: everything that a server would do once. */
        public Subject prepare(Work work) throws Exception {
            return switch (work) {
                case ModelWork model -> prepare(model);
                case TrainingWork training -> this == LANEWISE
                        ? new LanewiseTraining(training) : PyTorchTraining.of(training);
            };
        }

        private Subject prepare(ModelWork work) throws Exception {
            return switch (this) {
                case EMPTY -> new EmptySubject();
                case LANEWISE -> LanewiseSubject.of(work);
                case PLAIN -> new PlainOnnxSubject(work);
                case PINNED, SPINNING -> work.streams() != null && work.streams().scattered()
                        ? new ScatteredOnnxSubject(work, this == SPINNING)
                        : new PinnedOnnxSubject(work, this == SPINNING);
                case PYTORCH -> new PyTorchSubject(work);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
