package dev.lanewise.compiler.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/** Where the reference data lies: {@code LANEWISE_DATA}, or {@code ../shared/data} beside the project. */
final class DataFolder {

    private DataFolder() {}

    static Optional<Path> find() {
        String named = System.getProperty("lanewise.data", System.getenv("LANEWISE_DATA"));
        try {
            Path folder = named != null && !named.isBlank() ? Path.of(named)
                    : project().resolve("../shared/data").normalize();
            return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The folder that these classes were built in; the current one where they come from elsewhere. */
    private static Path project() {
        CodeSource source = DataFolder.class.getProtectionDomain().getCodeSource();
        try {
            Path classes = Path.of(source.getLocation().toURI()).toAbsolutePath(); // project/compiler/target/classes
            Path root = classes.getNameCount() > 3 ? classes.getParent().getParent().getParent() : classes;
            return Files.exists(root.resolve("lanewise")) ? root : Path.of("").toAbsolutePath();
        } catch (URISyntaxException | NullPointerException | java.nio.file.FileSystemNotFoundException e) {
            return Path.of("").toAbsolutePath();
        }
    }
}
