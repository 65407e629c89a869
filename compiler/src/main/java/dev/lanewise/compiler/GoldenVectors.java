package dev.lanewise.compiler;

import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.GoldenInputProto;
import dev.lanewise.formats.proto.GoldenOutputProto;
import dev.lanewise.formats.proto.GoldenProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Goldens;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;

/** Makes golden vectors: runs the finished plan on seeded inputs and notes what comes out. */
final class GoldenVectors {

    private static final int SAMPLES = 8;

    /** Integers are drawn below this: small enough for ids and positions of nearly any model. */
    private static final int LIMIT = 2;

    private GoldenVectors() {}

    /** The file with {@code count} vectors, or with none where seeded inputs are none it can compute from. */
    static ModelFile addTo(ModelFile file, int count) {
        if (count == 0) {
            return file;
        }
        ModelProto.Builder model = file.message().toBuilder();
        try {
            Model loaded = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
            Session session = loaded.newSession();
            for (int i = 0; i < count; i++) {
                session.bind(loaded.newState());
                model.addGoldens(run(session, i));
            }
        } catch (LanewiseException e) {
            return file; // data-dependent indices that seeded integers do not meet
        }
        return ModelFile.complete(file.name(), model.build());
    }

    private static GoldenProto run(Session session, int seed) {
        GoldenProto.Builder golden = GoldenProto.newBuilder();
        for (int p = 0; p < session.inputs().size(); p++) {
            Tensor input = session.inputs().get(p);
            GoldenInputProto.Builder proto =
                    GoldenInputProto.newBuilder().setSeed(1_000L * seed + p).setLimit(LIMIT);
            for (int extent : input.shape()) {
                proto.addExtents(extent);
            }
            Goldens.fill(input, proto.build());
            golden.addInputs(proto);
        }
        session.run();
        for (Tensor output : session.outputs()) {
            GoldenOutputProto.Builder proto = GoldenOutputProto.newBuilder().setDigest(Goldens.digest(output));
            for (int extent : output.shape()) {
                proto.addExtents(extent);
            }
            int samples = Math.min(SAMPLES, output.size());
            for (int s = 0; s < samples; s++) {
                proto.addSamples((float) Elements.get(output, Goldens.samplePosition(s, samples, output.size())));
            }
            golden.addOutputs(proto);
        }
        return golden.build();
    }
}
