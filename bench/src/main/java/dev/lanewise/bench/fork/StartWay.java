package dev.lanewise.bench.fork;

import dev.lanewise.compiler.aot.RuntimeJars;
import dev.lanewise.runtime.LoadOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to start.
 *
 * @param title what the results call it
 * @param start how Lanewise begins, or {@code null} for ONNX Runtime
 * @param cached whether from an AOT cache of the JVM
 */
public record StartWay(String title, LoadOptions.Start start, boolean cached) {

    public static final StartWay TWO_TIERS = new StartWay("Lanewise", LoadOptions.Start.TIER_UP, false);
    public static final StartWay TWO_TIERS_CACHED =
            new StartWay("Lanewise, AOT cache", LoadOptions.Start.TIER_UP, true);
    public static final StartWay SCALAR = new StartWay("Lanewise, scalar only", LoadOptions.Start.SCALAR, false);
    public static final StartWay SCALAR_CACHED =
            new StartWay("Lanewise, scalar only, AOT cache", LoadOptions.Start.SCALAR, true);
    public static final StartWay HOT =
            new StartWay("Lanewise, waits until hot", LoadOptions.Start.WAIT_UNTIL_HOT, false);
    public static final StartWay HOT_CACHED =
            new StartWay("Lanewise, waits until hot, AOT cache", LoadOptions.Start.WAIT_UNTIL_HOT, true);
    public static final StartWay PEER = new StartWay("ONNX Runtime, pinned", null, false);
    public static final StartWay PEER_CACHED = new StartWay("ONNX Runtime, pinned, AOT cache", null, true);

    public static final List<StartWay> ALL = List.of(
            TWO_TIERS_CACHED, TWO_TIERS, SCALAR_CACHED, SCALAR, HOT_CACHED, HOT, PEER_CACHED, PEER);

    /** On both sides: it starts sooner than the JVM's own choice, and a heap so small needs no other. */
    private static final String COLLECTOR = "-XX:+UseSerialGC";

    boolean isPeer() {
        return start == null;
    }

    /** Options of the JVM. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        options.add(COLLECTOR);
        options.addAll(isPeer()
                ? List.of("--enable-native-access=ALL-UNNAMED")
                : RuntimeJars.options(start != LoadOptions.Start.SCALAR));
        return options;
    }
}
