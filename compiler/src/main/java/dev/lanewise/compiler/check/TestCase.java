package dev.lanewise.compiler.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model with values to try it on.
 *
 * @param name path of the model below the folder that was searched
 * @param sets at least one
 */
public record TestCase(String name, Path model, List<DataSet> sets) {

    /**
     * Finds all cases below a folder, in the order of their names.
     *
     * <ul>
     *   <li>{@code model.onnx} beside folders {@code test_data_set_*} of {@code input_*.pb} and {@code
     *       output_*.pb}
     *   <li>{@code model.onnx} beside {@code io.npz}
     *   <li>{@code X.onnx} beside {@code X_output_0.pb}
     * </ul>
     */
    public static List<TestCase> find(Path root) throws IOException {
        List<Path> models;
        try (Stream<Path> files = Files.walk(root)) {
            models = files.filter(file -> file.getFileName().toString().endsWith(".onnx")).sorted().toList();
        }
        List<TestCase> cases = new ArrayList<>();
        for (Path model : models) {
            List<DataSet> sets = sets(model);
            if (!sets.isEmpty()) {
                cases.add(new TestCase(name(root, model), model, sets));
            }
        }
        return cases;
    }

    private static String name(Path root, Path model) {
        boolean flat = !model.getFileName().toString().equals("model.onnx");
        Path relative = root.relativize(model);
        if (flat) {
            return relative.toString().replaceFirst("\\.onnx$", "");
        }
        // the folder's own name, where the case is the folder itself
        return relative.getParent() == null
                ? root.toAbsolutePath().normalize().getFileName().toString()
                : relative.getParent().toString();
    }

    private static List<DataSet> sets(Path model) throws IOException {
        List<DataSet> sets = new ArrayList<>();
        String file = model.getFileName().toString();
        Path flat = model.resolveSibling(file.substring(0, file.length() - ".onnx".length()) + "_output_0.pb");
        if (Files.exists(flat)) {
            sets.add(new DataSet.Ramp(flat));
        }
        if (file.equals("model.onnx")) {
            try (Stream<Path> beside = Files.list(model.toAbsolutePath().getParent())) {
                beside.filter(folder -> folder.getFileName().toString().startsWith("test_data_set_"))
                        .filter(Files::isDirectory)
                        .sorted()
                        .forEach(folder -> sets.add(new DataSet.Numbered(folder)));
            }
            if (Files.exists(model.resolveSibling("io.npz"))) {
                sets.add(new DataSet.Archive(model.resolveSibling("io.npz")));
            }
        }
        return sets;
    }
}
