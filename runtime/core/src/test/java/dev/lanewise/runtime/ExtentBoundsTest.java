package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.SymbolProto;
import dev.lanewise.runtime.plan.Extents;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bounds of extents hold for all values of the symbols, not only for the largest. */
class ExtentBoundsTest {

    private static final int SYMBOLS = 3;
    private static final int ENTRIES = 24;

    @Test
    void noValueIsAboveItsBound() {
        int compared = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Extents extents = new Extents("test", table(random));
            int[] most = extents.atMost();
            for (int trial = 0; trial < 50; trial++) {
                int[] values = extents.allLargest();
                for (int i = 0; i < SYMBOLS; i++) {
                    values[i] = extents.min(i) + random.nextInt(extents.max(i) - extents.min(i) + 1);
                }
                extents.evaluate(values);
                for (int i = 0; i < values.length; i++) {
                    int id = i;
                    int value = values[i];
                    assertTrue(most[i] == -1 || value <= most[i], () -> "extent " + id + ": " + value);
                    compared += value >= 0 ? 1 : 0;
                }
            }
        }
        assertTrue(compared > 100_000, compared + " extents were compared");
    }

    /** What the state is behind the input by: largest where the symbol is least. */
    @Test
    void aDifferenceIsLargestWhereItsSecondTermIsLeast() {
        ModelProto.Builder model = ModelProto.newBuilder()
                .addDims(symbol(0, 9))
                .addDims(DimProto.newBuilder().setNumber(9))
                .addDims(expression(ExpressionProto.Kind.SUB, 1, 0));
        Extents extents = new Extents("test", model.build());
        assertEquals(9, extents.bound(2));
        assertEquals(0, extents.allLargest()[2]);
    }

    private static ModelProto table(Random random) {
        ModelProto.Builder model = ModelProto.newBuilder();
        ExpressionProto.Kind[] kinds = ExpressionProto.Kind.values();
        for (int i = 0; i < ENTRIES; i++) {
            if (i < SYMBOLS) {
                int min = random.nextInt(4);
                model.addDims(symbol(min, min + random.nextInt(9)));
            } else if (i < 2 * SYMBOLS) {
                model.addDims(DimProto.newBuilder().setNumber(random.nextInt(6)));
            } else {
                ExpressionProto.Kind kind = kinds[random.nextInt(kinds.length - 1)]; // the last one is none
                model.addDims(expression(kind, random.nextInt(i), random.nextInt(i)));
            }
        }
        return model.build();
    }

    private static DimProto symbol(int min, int max) {
        return DimProto.newBuilder()
                .setSymbol(SymbolProto.newBuilder().setName("T").setMin(min).setMax(max))
                .build();
    }

    private static DimProto expression(ExpressionProto.Kind kind, int a, int b) {
        return DimProto.newBuilder()
                .setExpression(ExpressionProto.newBuilder().setKind(kind).setA(a).setB(b))
                .build();
    }
}
