package dev.lanewise.compiler.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** The facts as JSON, sizes in bytes. */
public final class JsonReport {

    private JsonReport() {}

    /** Writes one object and leaves the writer open. */
    public static void write(ModelFacts facts, Writer out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("name", facts.name());
            json.writeStringField("source", facts.source());
            json.writeStringField("producer", facts.producer());
            json.writeStringField("fingerprint", facts.fingerprint());
            json.writeNumberField("fileBytes", facts.fileBytes());
            json.writeNumberField("parameters", facts.parameters());
            json.writeNumberField("multiplyAdds", facts.multiplyAdds());
            json.writeArrayFieldStart("streams");
            for (String stream : facts.streams()) {
                json.writeString(stream);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("extents");
            for (ModelFacts.Symbol symbol : facts.symbols()) {
                json.writeStartObject();
                json.writeStringField("name", symbol.name());
                json.writeNumberField("min", symbol.min());
                json.writeNumberField("max", symbol.max());
                json.writeEndObject();
            }
            json.writeEndArray();
            ports(json, "inputs", facts.inputs());
            ports(json, "outputs", facts.outputs());
            ports(json, "states", facts.states());
            memory(json, facts);
            json.writeArrayFieldStart("steps");
            for (StepFacts step : facts.steps()) {
                step(json, step);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write(System.lineSeparator());
    }

    private static void ports(JsonGenerator json, String name, List<ModelFacts.Port> ports) throws IOException {
        json.writeArrayFieldStart(name);
        for (ModelFacts.Port port : ports) {
            json.writeStartObject();
            json.writeStringField("name", port.name());
            json.writeStringField("type", port.type());
            json.writeNumberField("bytes", port.bytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void memory(JsonGenerator json, ModelFacts facts) throws IOException {
        json.writeObjectFieldStart("memory");
        json.writeNumberField("weights", facts.weightBytes());
        json.writeNumberField("arena", facts.arenaBytes());
        json.writeNumberField("arenaLowerBound", facts.arenaLowerBound());
        json.writeNumberField("state", facts.stateBytes());
        json.writeNumberField("ports", facts.portBytes());
        json.writeArrayFieldStart("placed");
        for (ArenaSpan span : facts.spans()) {
            json.writeStartObject();
            json.writeStringField("tensor", span.name());
            json.writeStringField("storage", span.storage().name());
            json.writeNumberField("offset", span.from());
            json.writeNumberField("bytes", span.bytes());
            json.writeNumberField("firstStep", span.first());
            json.writeNumberField("lastStep", span.last());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void step(JsonGenerator json, StepFacts step) throws IOException {
        json.writeStartObject();
        json.writeNumberField("number", step.number());
        json.writeNumberField("depth", step.depth());
        json.writeStringField("kind", step.kind());
        json.writeStringField("name", step.name());
        json.writeArrayFieldStart("outputs");
        for (String type : step.outputTypes()) {
            json.writeString(type);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("weights");
        for (String type : step.weightTypes()) {
            json.writeString(type);
        }
        json.writeEndArray();
        json.writeNumberField("weightBytes", step.weightBytes());
        json.writeNumberField("outputBytes", step.outputBytes());
        json.writeNumberField("multiplyAdds", step.multiplyAdds());
        json.writeEndObject();
    }
}
