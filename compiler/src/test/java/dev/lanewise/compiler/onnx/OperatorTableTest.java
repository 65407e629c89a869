package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.op.Ops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of supported operators in {@code docs/operators.md} is what the importer's lists say.
 * {@code -Dlanewise.write=true} writes it.
 */
@Tag("once")
class OperatorTableTest {

    private static final Path TABLE = Path.of(System.getProperty("lanewise.root", "..")).resolve("docs/operators.md");

    @Test
    void theTableIsWhatTheImporterSupports() throws IOException {
        String table = table();
        if (Boolean.getBoolean("lanewise.write")) {
            Files.writeString(TABLE, table);
        }
        assertEquals(table, Files.readString(TABLE), "run this test with -Dlanewise.write=true and look at the change");
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        text.append("# Supported operators\n\n");
        text.append("""
                Made from the importer's own lists by `OperatorTableTest`. An attribute, type or form that an operator
                does not support is named when a model is compiled, with the node and the reason; all of a model's
                problems are reported together.
                """);
        list(text, "", "The default domain, ai.onnx, operator sets 7 and newer");
        list(text, "com.microsoft", "com.microsoft");
        text.append("\n## What they become\n\nThe importer expresses them through ").append(Ops.ALL.size());
        text.append(" operations of the graph:\n\n");
        List<String> ops = Ops.ALL.stream().map(entry -> entry.op().getSimpleName()).sorted().toList();
        text.append(wrapped(ops));
        return text.toString();
    }

    private static void list(StringBuilder text, String domain, String title) {
        List<String> names = OnnxOps.names().stream()
                .filter(name -> name.startsWith(domain + ":"))
                .map(name -> name.substring(domain.length() + 1))
                .toList();
        text.append("\n## ").append(title).append(": ").append(names.size()).append("\n\n").append(wrapped(names));
    }

    private static String wrapped(List<String> names) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String name : names) {
            if (column > 0 && column + name.length() + 2 > 100) {
                text.append('\n');
                column = 0;
            } else if (column > 0) {
                text.append(' ');
                column++;
            }
            text.append(name);
            column += name.length();
        }
        return text.append('\n').toString();
    }
}
