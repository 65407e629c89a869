package dev.lanewise.compiler.cli;

import dev.lanewise.formats.LanewiseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Work that could not be done, with a message for the person who asked for it. */
final class Failure extends RuntimeException {

    /** What a command that failed returns; wrong use returns 2. */
    static final int EXIT_CODE = 1;

    private static final long serialVersionUID = 1L;

    Failure(String message) {
        super(message);
    }

    /** Prints any exception as one message, and where it comes from if that is wanted. */
    static void print(Exception error, PrintWriter err, boolean verbose) {
        err.println("lanewise: " + message(error));
        if (verbose) {
            error.printStackTrace(err);
        }
        err.flush();
    }

    private static String message(Exception error) {
        if (error instanceof Failure || error instanceof LanewiseException) {
            return error.getMessage();
        }
        if (error instanceof FileSystemException file) {
            return file.getFile() + ": " + reason(file);
        }
        if (error instanceof IOException || error instanceof IllegalArgumentException) {
            return error.getMessage() == null ? error.toString() : error.getMessage();
        }
        return "a fault of Lanewise's own: " + error + " (--verbose shows where)";
    }

    private static String reason(FileSystemException error) {
        if (error instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (error instanceof AccessDeniedException) {
            return "access denied";
        }
        if (error instanceof NotDirectoryException) {
            return "not a directory";
        }
        return error.getReason() == null ? "cannot be read or written" : error.getReason();
    }
}
