package dev.lanewise.compiler.model;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference models, which are no part of the project. */
public final class ReferenceData {

    private static final Path ROOT = Path.of(System.getProperty("lanewise.data", "absent"));

    private ReferenceData() {}

    /** Whether {@code relative} is there; where it is not, says so in one line. */
    public static boolean has(String relative) {
        boolean there = Files.exists(ROOT.resolve(relative));
        if (!there) {
            System.out.println("no " + ROOT.resolve(relative) + ": not compared (set LANEWISE_DATA)");
        }
        return there;
    }

    public static Path path(String relative) {
        return ROOT.resolve(relative);
    }
}
