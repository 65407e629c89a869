package dev.lanewise.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against figures that sacreBLEU 2.x gave for the same sentences, and the example of the paper. */
@Tag("once")
class BleuTest {

    private static double score(String... pairs) {
        Bleu bleu = new Bleu();
        for (int i = 0; i < pairs.length; i += 2) {
            bleu.add(pairs[i], pairs[i + 1]);
        }
        return bleu.score();
    }

    @Test
    void agreesWithSacreBleu() {
        assertEquals(39.44243648327556, score("The cat is on the mat.", "There is a cat on the mat."), 1e-9);
        assertEquals(
                41.180376356915765,
                score("It is a guide to action which ensures that the military always obeys the commands of the party",
                        "It is a guide to action that ensures that the military will forever heed Party commands"),
                                1e-9);
        assertEquals(
                65.78448149875068,
                score("A small, well-known test (v1.2) costs $3,000 &amp; more!",
                        "A small, well-known test (v1.3) costs $3,000 & more.", "Second sentence - short.",
                        "A second sentence - short."), 1e-9);
        assertEquals(0, score("one two", "one two"));
        assertEquals(100, score("He said: \"2-3 days, 5.5% off\"", "He said: \"2-3 days, 5.5% off\""), 1e-9);
        assertEquals(
                56.234132519034915, score("ein kleines Haus am See in den Bergen",
                        "ein Haus am See in den hohen Bergen"),
                1e-9);
    }

    /** Papineni and others, section 2.1: of seven "the" two count; no longer n-gram does, which sacreBLEU smooths. */
    @Test
    void clipsCounts() {
        assertEquals(7.809849842300637, score("the the the the the the the", "the cat is on the mat"), 1e-9);
        double byHand = Math.pow(100.0 * 2 / 7 * 100 / (2 * 6) * 100 / (4 * 5) * 100 / (8 * 4), 0.25);
        assertEquals(byHand, score("the the the the the the the", "the cat is on the mat"), 1e-9);
    }

    @Test
    void tokenisesAs13a() {
        assertTokens(
                "A small , well-known test ( v1.2 ) costs $ 3,000 & more !",
                "A small, well-known test (v1.2) costs $3,000 &amp; more!");
        assertTokens("He said : \" 2 - 3 days , 5.5 % off \"", "He said: \"2-3 days, 5.5% off\"");
        assertTokens("x . y 1 . a , b 3,4 - 5 - 6 [ z ] { q } ~", "x.y 1. a,b 3,4 - 5-6 [z]{q}~");
        assertTokens("Hello worldwide web", "Hello <skipped>world-\nwide\nweb");
        assertEquals(List.of(), Bleu.tokenize(" "));
    }

    private static void assertTokens(String expected, String text) {
        assertEquals(expected, String.join(" ", Bleu.tokenize(text)));
    }
}
