package dev.lanewise.compiler.network;

/**
 * Rows of a table by ids of i32 or i64: {@code [...]} to {@code [..., size]}. Weight {@code table [rows, size]},
 * standard normal at first as in PyTorch.
 *
 * @param padding an id that gives zeros and trains no row; -1 for none
 */
public record Embedding(String name, int rows, int size, int padding, Init init) implements Layer {

    public static Embedding of(String name, int rows, int size) {
        return new Embedding(name, rows, size, -1, Init.normal(1));
    }

    public Embedding padding(int id) {
        return new Embedding(name, rows, size, id, init);
    }

    public Embedding init(Init table) {
        return new Embedding(name, rows, size, padding, table);
    }

    @Override
    public Tensor forward(Tensor ids) {
        Expect.integers(ids, "ids");
        Tensor y = ids.net().weight("table", init, rows, size).gather(0, ids);
        return padding < 0 ? y : y.where(Sequences.different(ids, padding).insertAxis(-1), 0);
    }
}
