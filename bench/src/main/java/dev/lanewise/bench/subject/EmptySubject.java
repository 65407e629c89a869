package dev.lanewise.bench.subject;

/** Does nothing: what is measured of it is the machine's. */
final class EmptySubject implements Subject {

    @Override
    public void run() {}

    @Override
    public float[] output() {
        return new float[0];
    }

    @Override
    public void close() {}
}
