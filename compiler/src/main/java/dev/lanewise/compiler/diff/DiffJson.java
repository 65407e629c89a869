package dev.lanewise.compiler.diff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;

/** Differences for programs. */
public final class DiffJson {

    private DiffJson() {}

    /** Writes one object and leaves the writer open. Differences that are infinite are texts. */
    public static void write(DiffResult result, Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("tolerance", result.tolerance());
            json.writeNumberField("seed", result.seed());
            json.writeNumberField("nodes", result.nodes());
            json.writeNumberField("evaluated", result.evaluated());
            json.writeStringField("peer", result.peer());
            json.writeStringField("firstToPart", result.first() == null ? null : result.first().node());
            json.writeArrayFieldStart("values");
            for (NodeDifference row : result.rows()) {
                json.writeStartObject();
                json.writeStringField("node", row.node());
                json.writeStringField("operation", row.operation());
                json.writeStringField("type", row.type());
                write("plan", row.plan(), json);
                if (row.peer() != null) {
                    write("peer", row.peer(), json);
                }
                json.writeBooleanField("parts", result.parts(row));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write(System.lineSeparator());
    }

    private static void write(String name, Distance distance, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("absolute", distance.absolute());
        json.writeNumberField("relative", distance.relative());
        json.writeNumberField("ulps", distance.ulps());
        json.writeEndObject();
    }
}
