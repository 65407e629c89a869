package dev.lanewise.compiler.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files whole or not at all, also where the program is interrupted. */
final class OutputFile {

    /** What writes the content. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private OutputFile() {}

    /** Writes to a neighbour first, which then takes the file's place. */
    static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        if (!Files.isDirectory(target.getParent())) {
            throw new NoSuchFileException(target.getParent().toString());
        }
        if (Files.isDirectory(target)) {
            throw new Failure(file + ": is a directory");
        }
        String mark = "." + ProcessHandle.current().pid() + ".part";
        Path unfinished = target.resolveSibling("." + target.getFileName() + mark);
        unfinished.toFile().deleteOnExit(); // Ctrl-C does not run what stands in finally
        try {
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                content.writeTo(out);
            }
            try {
                Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
