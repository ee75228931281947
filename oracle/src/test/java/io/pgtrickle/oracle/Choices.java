package io.pgtrickle.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/// The random choices from which a query is made, each below its bound. They are kept, so that a query can be made again from fewer or
/// smaller ones: that is how a failure is shrunk without knowing what was chosen (MacIver, "Test-Case Reduction via Test-Case
/// Generation", ECOOP 2020). What comes after the given choices is 0, so 0 should mean the simple alternative.
@SuppressWarnings("serial") // never serialized
final class Choices extends Random {

    private static final long serialVersionUID = 1L;

    private final transient List<Integer> given;
    private final boolean replay;
    private final transient List<Integer> taken = new ArrayList<>();

    /// Near seeds give unlike choices.
    Choices(long seed) {
        super(new SplittableRandom(seed).nextLong());
        this.given = List.of();
        this.replay = false;
    }

    Choices(List<Integer> given) {
        super(0);
        this.given = List.copyOf(given);
        this.replay = true;
    }

    List<Integer> taken() {
        return List.copyOf(taken);
    }

    @Override
    public int nextInt(int bound) {
        int choice;
        if (!replay) {
            choice = super.nextInt(bound);
        } else {
            choice = taken.size() < given.size() ? given.get(taken.size()) % bound : 0;
        }
        taken.add(choice);
        return choice;
    }

    @Override
    public boolean nextBoolean() {
        return nextInt(2) == 1;
    }

    /// In steps of a thousandth.
    @Override
    public double nextDouble() {
        return nextInt(1000) / 1000.0;
    }

    /// True once in so many times, and never where nothing is left to choose.
    boolean oneIn(int times) {
        return nextInt(times) == times - 1;
    }

    <T> T pick(List<T> values) {
        return values.get(nextInt(values.size()));
    }
}
