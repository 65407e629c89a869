package dev.lanewise.samples.positions;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tdnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.evaluate.ReceptiveField;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;

/** How many steps a step of a TDNN sees, by its depth. */
final class FieldByDepth {

    private static final int DEEPEST = 6;
    private static final int TIME = 160;

    private FieldByDepth() {}

    /** Layers of three frames each, at distance 1, or at 1, 2, 4, 8, … */
    private static Network tdnn(int depth, boolean dilated, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Tensor x = net.input("x", DType.F32, Dim.ONE, Dim.of(TIME), Dim.of(4));
        for (int i = 0; i < depth; i++) {
            int apart = dilated ? 1 << i : 1;
            x = x.then(Tdnn.of("layer." + i, 4, -apart, 0, apart).activation(null));
        }
        net.output("y", x);
        return net.build();
    }

    static void show(Setting setting, Page page) {
        double[] depths = new double[DEEPEST];
        double[] dense = new double[DEEPEST];
        double[] dilated = new double[DEEPEST];
        for (int i = 0; i < DEEPEST; i++) {
            depths[i] = i + 1;
            dense[i] = ReceptiveField.of(Training.inference("tdnn", tdnn(i + 1, false, setting.seed())));
            dilated[i] = ReceptiveField.of(Training.inference("tdnn", tdnn(i + 1, true, setting.seed())));
            setting.say("a TDNN of depth %d sees %.0f steps, dilated %.0f", i + 1, dense[i], dilated[i]);
        }
        page.section("What a TDNN sees").text("Layers of three frames each: found by changing one step of the input"
                + " after the other and looking whether the middle of the output changes. Each layer adds two steps;"
                + " where its frames lie twice as far apart as those of the layer below, the field doubles.");
        page.figure("Receptive field by depth", new LinePlot(Axis.linear("depth", "layers"),
                Axis.log("receptive field", "steps")).ticks(depths)
                .curve("frames at t − 1, t, t + 1", depths, dense)
                .curve("distance doubled in each layer", depths, dilated));
        page.check(Check.between("receptive field of six layers", dense[DEEPEST - 1], 13, 13));
        page.check(Check.between("receptive field of six dilated layers", dilated[DEEPEST - 1], 127, 127));
    }
}
