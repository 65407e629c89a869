package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Reshape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A reshape of a transposed tensor, seen as groups of neighbouring axes that become groups of others: {@code
 * [N, C, H, W]} to {@code [N, g, C/g, H·W]} is N to N, C to (g, C/g), (H, W) to H·W. Where the axes of each
 * group are neighbours in the source too, the reshape can come first and the transpose after it.
 */
final class ReshapedGroups {

    /** Axes of the transposed tensor, and the axes of the result that they become. */
    private record Group(List<Integer> from, List<Integer> to) {}

    private final List<Dim> result;
    private final List<Integer> permutation;
    private final List<Dim> transposed;
    /** {@code null} where extents do not say which axes belong together. */
    private final List<Group> groups;

    /**
     * @param transposed extents of what is reshaped
     * @param result extents that it gets
     * @param permutation what transposed it
     */
    ReshapedGroups(List<Dim> transposed, List<Dim> result, List<Integer> permutation) {
        this.transposed = transposed;
        this.result = result;
        this.permutation = permutation;
        this.groups = groups();
    }

    private List<Group> groups() {
        List<Group> found = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < transposed.size() && j < result.size()) {
            Group group = new Group(new ArrayList<>(), new ArrayList<>());
            Dim a = transposed.get(i);
            Dim b = result.get(j);
            group.from.add(i++);
            group.to.add(j++);
            while (!a.equals(b)) {
                boolean takeFrom = i < transposed.size() && isMultiple(b, a);
                boolean takeTo = !takeFrom && j < result.size() && isMultiple(a, b);
                if (takeFrom) {
                    a = a.times(transposed.get(i));
                    group.from.add(i++);
                } else if (takeTo) {
                    b = b.times(result.get(j));
                    group.to.add(j++);
                } else {
                    return null;
                }
            }
            if (a.is(0)) {
                return null;
            }
            found.add(group);
        }
        if (found.isEmpty()) {
            return null;
        }
        Group last = found.get(found.size() - 1);
        for (; i < transposed.size(); i++) {
            if (!transposed.get(i).is(1)) {
                return null;
            }
            last.from.add(i);
        }
        for (; j < result.size(); j++) {
            if (!result.get(j).is(1)) {
                return null;
            }
            last.to.add(j);
        }
        return found;
    }

    /** Whether {@code large} may be {@code small} times something. */
    private static boolean isMultiple(Dim large, Dim small) {
        return large.isConstant() && small.isConstant()
                ? large.constant() > small.constant()
                : large.exactQuotient(small) != null;
    }

    /** The reshape first, the transpose after it; {@code null} where that cannot be. */
    Value move(SinkTransposes pass, Node node, Value x, boolean split) {
        if (groups == null) {
            return null;
        }
        List<Group> ordered = new ArrayList<>(groups);
        ordered.sort(Comparator.comparingInt(this::firstSource));
        List<Integer> axes = new ArrayList<>();
        List<Integer> resultAxes = new ArrayList<>();
        for (Group group : ordered) {
            group.from.forEach(axis -> axes.add(permutation.get(axis)));
            resultAxes.addAll(group.to);
        }
        // axes of a group that are no neighbours in the source have to be brought together first
        boolean together = new dev.lanewise.compiler.op.Transpose(axes).movesOnlyUnits(x.shape());
        List<Integer> after = Permutation.inverse(resultAxes);
        if (!together && (!split || Permutation.isIdentity(after))) {
            return null;
        }
        Value gathered = together ? x : pass.transposed(node, x, axes);
        Value reshaped = pass.add(
                node.name(), new Reshape(resultAxes.stream().map(result::get).toList()), gathered);
        return pass.transposed(node, reshaped, after);
    }

    /** The first of the group's axes in the source that is longer than 1. */
    private int firstSource(Group group) {
        return group.from.stream()
                .filter(axis -> !transposed.get(axis).is(1))
                .map(permutation::get)
                .min(Comparator.naturalOrder())
                .orElse(permutation.get(group.from.get(0)));
    }
}
