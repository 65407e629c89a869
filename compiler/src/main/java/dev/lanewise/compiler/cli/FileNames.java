package dev.lanewise.compiler.cli;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Names of files for names out of models, which may hold anything: separators, dots, the same in other case. */
final class FileNames {

    private static final int LONGEST = 100;

    private FileNames() {}

    /** A file name for each name, no two alike, none that leads elsewhere. */
    static Map<String, String> of(List<String> names, String ending) {
        Set<String> taken = new HashSet<>();
        Map<String, String> files = new LinkedHashMap<>();
        for (String name : names) {
            String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]+", "_");
            plain = plain.isEmpty() ? "_" : plain.substring(0, Math.min(LONGEST, plain.length()));
            String file = plain;
            for (int i = 2; !taken.add(file.toLowerCase(Locale.ROOT)); i++) {
                file = plain + "_" + i;
            }
            files.put(name, file + ending);
        }
        return files;
    }
}
