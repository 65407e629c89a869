package dev.lanewise.compiler.inspect;

import java.util.Locale;

/** Text of SVG and HTML. Whatever comes from a model passes through {@link #escape}. */
public final class Svg {

    private final StringBuilder out = new StringBuilder();

    /** Appends markup; {@code %s} are escaped, {@code %d} and {@code %.1f} are as in format strings. */
    public Svg add(String markup, Object... values) {
        Object[] safe = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            safe[i] = values[i] instanceof Number ? values[i] : escape(String.valueOf(values[i]));
        }
        out.append(values.length == 0 ? markup : String.format(Locale.ROOT, markup, safe)).append('\n');
        return this;
    }

    /** Appends what another of these made. */
    public Svg add(Svg other) {
        out.append(other.out);
        return this;
    }

    /** Text that is nothing but text in element content and in attribute values. */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isPlain(c) ? c : 0xfffd);
            }
        });
        return safe.toString();
    }

    /** Neither a control character, nor half a pair, nor a mark that turns the direction of what follows. */
    private static boolean isPlain(int c) {
        boolean control = c < 0x20 && c != '\n' || c >= 0x7f && c < 0xa0 || c == 0xfffe || c == 0xffff;
        boolean half = c >= 0xd800 && c < 0xe000;
        boolean turns = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        return !control && !half && !turns;
    }

    /** The end of a long text, which tells more than its beginning: node names are paths. */
    static String tail(String text, int longest) {
        int count = text.codePointCount(0, text.length());
        return count <= longest ? text : "…" + text.substring(text.offsetByCodePoints(0, count - longest + 1));
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
