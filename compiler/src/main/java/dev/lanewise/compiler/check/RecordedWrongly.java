package dev.lanewise.compiler.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The published cases whose recorded outputs are not what their models compute, known by the SHA-256 of
 * the model file: the resource {@code recorded-wrongly.txt}. Immutable; any number of threads.
 */
final class RecordedWrongly {

    /** Why, by SHA-256 in hexadecimal. */
    static final Map<String, String> REASONS = read();

    private RecordedWrongly() {}

    /** Why the outputs recorded for this model are wrong, or {@code null} where nobody says that they are. */
    static String reason(byte[] model) {
        return REASONS.get(sha256(model));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Map<String, String> read() {
        Map<String, String> reasons = new LinkedHashMap<>();
        try (InputStream in = RecordedWrongly.class.getResourceAsStream("recorded-wrongly.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.startsWith("#")) {
                    int blank = line.indexOf(' ');
                    reasons.put(line.substring(0, blank), line.substring(blank + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(reasons);
    }
}
