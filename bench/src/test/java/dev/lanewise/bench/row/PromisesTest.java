package dev.lanewise.bench.row;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is promised, once more and in numbers: a row that is easier to keep than this is not the row. */
class PromisesTest {

    private static final Path DATA = Path.of("data");

    @ParameterizedTest
    @CsvSource({
        "'LSTM step, hidden 32', 20, PINNED",
        "'LSTM step, hidden 64', 8, PINNED",
        "'LSTM step, hidden 128', 4, PINNED",
        "'LSTM step, hidden 256', 1.5, PINNED",
        "'LSTM step, hidden 512', 1.1, PINNED",
        "'GRU step, hidden 32', 20, PINNED",
        "'GRU step, hidden 64', 8, PINNED",
        "'GRU step, hidden 128', 4, PINNED",
        "'GRU step, hidden 256', 1.5, PINNED",
        "'GRU step, hidden 512', 1.1, PINNED",
        "'RNN step, hidden 32', 20, PINNED",
        "'RNN step, hidden 64', 8, PINNED",
        "'RNN step, hidden 128', 4, PINNED",
        "'RNN step, hidden 256', 1.5, PINNED",
        "'RNN step, hidden 512', 1.1, PINNED",
        "'LSTM over 100, hidden 32', 1.5, BEST",
        "'LSTM over 100, hidden 64', 1.3, BEST",
        "'LSTM over 100, hidden 128', 1.3, BEST",
        "'LSTM over 100, hidden 256', 1.3, BEST",
        "'LSTM over 100, hidden 512', 1.05, BEST",
        "'1,000 streams, LSTM step, hidden 128, states apart', 1.3, BEST",
        "'1,000 streams, LSTM step, hidden 128, peers'' states in place', 1.3, BEST",
        "'1,000 streams, LSTM step, hidden 128, states apart, two threads', 1.3, BEST",
        "matmul 256×256×256, 1, BEST",
        "matmul 512×512×512, 1, BEST",
        "matmul 1024×1024×1024, 1, BEST",
        "matmul 128×256×1024, 1, BEST",
        "matmul 16×256×1024, 1, BEST",
        "matmul 256×64×64, 1, BEST",
        "matmul 1×256×1024, 1.5, BEST",
        "matmul 1×1024×1024, 1.05, BEST",
        "'9 × depthwise 3×3, 64 channels, 48×48', 1.25, BEST",
        "'9 × pointwise 64→64, 48×48', 1, BEST",
        "'9 × 3×3 64→64, 32×32', 1, BEST",
        "'9 × 1-D k=3 64→64, 100 steps', 1.5, BEST",
        "'9 × 1-D k=5 64→64, 100 steps', 1.5, BEST",
        "'attention d=256, 8 heads, T=128', 1, BEST",
        "'attention d=256, 8 heads, T=512', 1.2, BEST",
        "'decode step, cache of 512', 2, BEST",
        "'Silero, a chunk of 32 ms', 3, BEST",
        "'MNIST-8, a digit', 2, BEST",
        "'YuNet, an image of 320×320', 1, BEST",
        "'DTLN, a frame', 3, BEST",
        "'tiny GPT-2, 64 tokens', 3, BEST",
        "'encoder of 8 layers, d=256, T=64', 1, BEST"
    })
    void rowAsksForWhatIsPromised(String name, double least, Row.Against against) {
        Row row = (Row) Suite.item(name, DATA);
        assertEquals(least, row.least(), name);
        assertEquals(against, row.against(), name);
    }

    @Test
    void tenMillionStepsAreTimedOnBothHeaps() {
        for (boolean epsilon : new boolean[] {false, true}) {
            assertTrue(LatencyRow.all().stream()
                    .anyMatch(row -> row.epsilon() == epsilon && row.calls() >= 10_000_000));
        }
    }

    @Test
    void namesAreUnique() {
        Set<String> names = new HashSet<>();
        for (Suite suite : Suite.values()) {
            suite.items(DATA).forEach(item -> assertTrue(names.add(item.name()), item.name()));
        }
    }
}
