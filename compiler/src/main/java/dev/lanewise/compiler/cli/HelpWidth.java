package dev.lanewise.compiler.cli;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IHelpSectionRenderer;

/**
 * How wide help is: as wide as {@code COLUMNS} says where that is set, as shells and scripts do, else as the terminal
 * is. Below what picocli lays out by itself, its text is folded: what stands in the column of descriptions goes
 * under the option that it describes.
 */
final class HelpWidth {

    private static final int LEAST = 40;

    /** The least that picocli takes. */
    private static final int LEAST_OF_TABLES = 55;

    private static final int MOST = 200;

    /** Where picocli's column of descriptions begins at the earliest, and where it does when folded. */
    private static final int DESCRIPTIONS = 14;

    private static final int FOLDED_DESCRIPTIONS = 8;

    /** The section of help that is all of it. */
    private static final String ALL = "all";

    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*m");

    /** Something, and its description in a column of its own. */
    private static final Pattern DESCRIBED = Pattern.compile("( *\\S.{" + (DESCRIPTIONS - 4) + ",}?) {2,}(\\S.*)");

    private HelpWidth() {}

    /**
     * Sets the width of a command line and all its commands.
     *
     * @param columns what {@code COLUMNS} is, {@code null} where it is not set
     */
    static void set(CommandLine commandLine, String columns) {
        int wanted;
        try {
            wanted = Math.min(MOST, Integer.parseInt(columns == null ? "" : columns.strip()));
        } catch (NumberFormatException e) {
            commandLine.setUsageHelpAutoWidth(true);
            return;
        }
        commandLine.setUsageHelpWidth(wanted < LEAST_OF_TABLES ? MOST : wanted);
        if (wanted < LEAST_OF_TABLES) { // whole paragraphs are folded
            Map<String, IHelpSectionRenderer> sections = Map.copyOf(commandLine.getHelpSectionMap());
            List<String> keys = commandLine.getHelpSectionKeys().stream().filter(sections::containsKey).toList();
            commandLine.setHelpSectionKeys(List.of(ALL));
            commandLine.setHelpSectionMap(Map.of(ALL, help -> fold(
                    keys.stream().map(key -> sections.get(key).render(help)).collect(Collectors.joining()),
                    Math.max(LEAST, wanted))));
        }
    }

    /** The text with no line longer than that, but for words that are. */
    static String fold(String text, int width) {
        StringBuilder folded = new StringBuilder();
        StringBuilder description = new StringBuilder();
        for (String line : text.split("\\R", -1)) {
            String bare = line.stripLeading();
            int indent = line.length() - bare.length();
            if (indent >= DESCRIPTIONS && description.length() > 0) {
                description.append(' ').append(bare);
                continue;
            }
            fill(folded, description, FOLDED_DESCRIPTIONS, width);
            Matcher described = DESCRIBED.matcher(line);
            if (described.matches()) {
                fill(folded, new StringBuilder(described.group(1)), 0, width);
                description.append(described.group(2));
            } else if (indent >= DESCRIPTIONS) {
                description.append(bare);
            } else {
                fill(folded, new StringBuilder(line), 0, width);
                if (line.isEmpty()) {
                    folded.append('\n');
                }
            }
        }
        fill(folded, description, FOLDED_DESCRIPTIONS, width);
        folded.setLength(Math.max(0, folded.length() - 1)); // no line follows the last
        return folded.toString();
    }

    /** Moves a paragraph to the end of a text; its later lines stand further in than its first. */
    private static void fill(StringBuilder to, StringBuilder paragraph, int indent, int width) {
        if (paragraph.length() == 0) {
            return;
        }
        String bare = paragraph.toString().stripLeading();
        int first = indent > 0 ? indent : paragraph.length() - bare.length();
        int later = indent > 0 ? indent : first + 2;
        int column = 0;
        for (String word : bare.split(" ")) {
            int length = COLOURS.matcher(word).replaceAll("").length();
            if (column > 0 && column + 1 + length > width) {
                to.append('\n');
                to.append(" ".repeat(later));
                column = later;
            } else {
                to.append(" ".repeat(column == 0 ? first : 1));
                column += column == 0 ? first : 1;
            }
            to.append(word);
            column += length;
        }
        to.append('\n');
        paragraph.setLength(0);
    }
}
