package dev.lanewise.compiler.random;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * An extent as its values in the {@link #RUNS} runs of one compiled model: all equal for a number, different for what
 * a symbol decides. So a generator infers shapes with plain integers and never with the compiler's own symbols.
 *
 * @param at [RUNS]
 */
record Extent(List<Integer> at) {

    static final int RUNS = 3;

    Extent {
        at = List.copyOf(at);
    }

    static Extent of(int number) {
        return new Extent(List.of(number, number, number));
    }

    static List<Extent> shape(int... numbers) {
        return Arrays.stream(numbers).mapToObj(Extent::of).toList();
    }

    int at(int run) {
        return at.get(run);
    }

    boolean isFixed() {
        return at.stream().distinct().count() == 1;
    }

    boolean is(int number) {
        return at.stream().allMatch(value -> value == number);
    }

    int min() {
        return at.stream().min(Integer::compare).orElseThrow();
    }

    int max() {
        return at.stream().max(Integer::compare).orElseThrow();
    }

    Extent map(IntUnaryOperator function) {
        return new Extent(at.stream().map(function::applyAsInt).toList());
    }

    Extent plus(Extent other) {
        return new Extent(List.of(at(0) + other.at(0), at(1) + other.at(1), at(2) + other.at(2)));
    }

    Extent times(Extent other) {
        return new Extent(List.of(at(0) * other.at(0), at(1) * other.at(1), at(2) * other.at(2)));
    }

    @Override
    public String toString() {
        return isFixed() ? at.get(0).toString() : at.toString().replace(" ", "").replace(',', '|');
    }
}
