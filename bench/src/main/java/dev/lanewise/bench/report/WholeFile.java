package dev.lanewise.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there whole or not at all, whenever a run is interrupted. */
public final class WholeFile {

    private WholeFile() {}

    /** Writes a neighbour, which then takes the file's place; where that fails, the file stays as it was. */
    public static void write(Path file, String text) throws IOException {
        Path target = file.toAbsolutePath();
        Path unfinished = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            Files.writeString(unfinished, text);
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
