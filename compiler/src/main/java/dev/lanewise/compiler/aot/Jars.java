package dev.lanewise.compiler.aot;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Where classes come from, and class folders as jars: the JVM caches classes of jars alone. */
public final class Jars {

    private Jars() {}

    /**
     * Writes the files of class folders to a jar, in the order of their names and without dates, so that the same
     * classes make the same bytes.
     *
     * @param prefix of the names that are taken, such as {@code dev/lanewise/}; empty for all
     */
    public static void write(Path folder, String prefix, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path path : files(folder)) {
                String name = folder.relativize(path).toString().replace('\\', '/');
                if (name.startsWith(prefix)) {
                    JarEntry entry = new JarEntry(name);
                    entry.setTime(0);
                    out.putNextEntry(entry);
                    Files.copy(path, out);
                    out.closeEntry();
                }
            }
        }
    }

    /** The jar or class folder that a class was loaded from. */
    public static Path place(Class<?> type) throws IOException {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("where " + type.getName() + " was loaded from is no path", e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return new ArrayList<>(paths.filter(Files::isRegularFile).sorted().toList());
        }
    }
}
