package dev.lanewise.compiler.network;

import java.util.List;
import java.util.stream.IntStream;

/** How many elements a window may reach beyond the input. */
public enum Padding {
    /** None. */
    VALID,
    /** As many as make the output as long as the input at stride 1; of an odd number one more behind. */
    SAME,
    /** As {@link #SAME}, all of them before. */
    CAUSAL;

    List<Integer> before(List<Integer> kernel, List<Integer> dilations) {
        return per(kernel, dilations, reach -> switch (this) {
            case VALID -> 0;
            case SAME -> reach / 2;
            case CAUSAL -> reach;
        });
    }

    List<Integer> after(List<Integer> kernel, List<Integer> dilations) {
        return per(kernel, dilations, reach -> this == SAME ? reach - reach / 2 : 0);
    }

    private interface Share {
        int of(int reach);
    }

    private static List<Integer> per(List<Integer> kernel, List<Integer> dilations, Share share) {
        return IntStream.range(0, kernel.size())
                .mapToObj(axis -> share.of((kernel.get(axis) - 1) * dilations.get(axis)))
                .toList();
    }
}
