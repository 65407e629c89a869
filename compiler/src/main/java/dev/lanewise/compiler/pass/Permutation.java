package dev.lanewise.compiler.pass;

import java.util.ArrayList;
import java.util.List;

/** Orders of axes as {@link dev.lanewise.compiler.op.Transpose} has them: result axis i is axis p[i]. */
final class Permutation {

    private Permutation() {}

    /** The one that undoes {@code p}. */
    static List<Integer> inverse(List<Integer> p) {
        Integer[] inverse = new Integer[p.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[p.get(i)] = i;
        }
        return List.of(inverse);
    }

    /** First {@code p}, then {@code q}. */
    static List<Integer> then(List<Integer> p, List<Integer> q) {
        return q.stream().map(p::get).toList();
    }

    /** The one that puts an axis elsewhere among the others. */
    static List<Integer> moving(int rank, int from, int to) {
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            order.add(axis);
        }
        order.add(to, order.remove(from));
        return order;
    }

    static boolean isIdentity(List<Integer> p) {
        for (int i = 0; i < p.size(); i++) {
            if (p.get(i) != i) {
                return false;
            }
        }
        return true;
    }

    /** What is listed per axis of the transposed tensor, listed per axis of its source. */
    static <E> List<E> toSource(List<Integer> p, List<E> perAxis) {
        List<E> moved = new ArrayList<>(perAxis);
        for (int i = 0; i < p.size(); i++) {
            moved.set(p.get(i), perAxis.get(i));
        }
        return moved;
    }
}
