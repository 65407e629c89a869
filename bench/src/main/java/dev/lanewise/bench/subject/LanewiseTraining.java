package dev.lanewise.bench.subject;

import dev.lanewise.bench.row.Feed;
import dev.lanewise.bench.row.TrainingWork;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The program that trains. */
final class LanewiseTraining extends LanewiseSubject {

    private static final String PROGRAM = "train";

    private final Session session;
    private final Given[][] batches;
    private int next;

    LanewiseTraining(TrainingWork work) {
        super(work.net().compile(TrainingWork.OPTIMIZER), PROGRAM);
        session = model.program(PROGRAM).newSession();
        session.input("learning_rate").set(TrainingWork.RATE);
        List<Map<String, Literal>> all = work.batches();
        batches = new Given[all.size()][];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = all.get(i).entrySet().stream()
                    .map(entry -> new Given(session.input(entry.getKey()), feed(entry.getKey(), entry.getValue())))
                    .toArray(Given[]::new);
        }
    }

    private static Feed feed(String name, Literal literal) {
        return new Feed(name, literal.shape(), literal.type() == DType.F32
                ? literal.floats() : Arrays.stream(literal.toLongs()).mapToInt(Math::toIntExact).toArray());
    }

    @Override
    public void run() {
        for (Given given : batches[next]) {
            given.set();
        }
        next = (next + 1) % batches.length;
        session.run();
    }

    @Override
    Tensor tensor() {
        return session.output("loss");
    }

    @Override
    long allMultiplyAdds() {
        return session.multiplyAdds();
    }

    @Override
    public String kernels() {
        return session.kernels();
    }
}
