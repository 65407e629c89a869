package dev.lanewise.runtime.plan;

/** One prepared operation of a session; see the package for its life. Used by one thread. */
public abstract class Step {

    /**
     * Checks the operands' extents against each other and prepares loop bounds. Runs before the
     * first {@link #run()} and whenever an extent has changed, which in models that learn extents or
     * grow a cache is every run: it may enlarge what it keeps, but allocates nothing otherwise, not even
     * the text of a message that is not needed.
     *
     * @throws dev.lanewise.formats.ShapeException where extents do not fit
     */
    public abstract void reshape();

    /**
     * Does the work. Allocates nothing.
     *
     * @throws dev.lanewise.formats.PlanException where an index among the data points outside
     */
    public abstract void run();

    /**
     * Multiply-adds of one {@link #run()} at the current extents, so that tests can see that work
     * follows the actual lengths; 0 for steps that only move or map elements, and for those whose work
     * follows from data: they count while they run.
     */
    public long multiplyAdds() {
        return 0;
    }

    /** Whether {@link #run()} has nothing to do at any extents. */
    public boolean isEmpty() {
        return false;
    }
}
