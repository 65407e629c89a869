package dev.lanewise.compiler.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The facts as one page that needs nothing else: no script, no font, no address. Names in it come from
 * models that nobody has vouched for, so all of them are escaped and a policy forbids the browser to
 * run or load anything.
 */
public final class HtmlReport {

    private HtmlReport() {}

    /** The page. */
    public static String of(ModelFacts facts) throws IOException {
        Svg page = new Svg();
        String title = Path.of(facts.name()).getFileName().toString();
        page.add("<!doctype html>").add("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.add("<meta http-equiv=\"Content-Security-Policy\""
                + " content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.add("<title>%s</title>", title + " – Lanewise");
        page.add("<style>").add(style()).add("</style></head><body>");
        page.add("<header><h1>%s</h1><p class=\"from\">%s</p></header><main>", title,
                facts.source().isEmpty() ? facts.producer()
                        : "compiled from " + facts.source() + " by " + facts.producer());
        numbers(page, facts);
        ports(page, facts);
        page.add("<section><h2>Steps</h2><p class=\"key\"><span class=\"product\">products</span>"
                + "<span class=\"cell\">recurrent and control</span><span class=\"reduce\">reductions</span>"
                + "<span class=\"move\">movement</span><span class=\"plain\">elementwise</span>"
                + "<span class=\"port\">input, output, state</span></p>");
        page.add("<div class=\"scroll\" tabindex=\"0\">").add(GraphDrawing.of(facts)).add("</div></section>");
        page.add("<section><h2>Arena over time</h2><p>Each block is a tensor: as wide as the steps it lives for,"
                + " as high as it is large. The plan takes <b>%s</b>; no plan can take less than <b>%s</b>.</p>",
                Sizes.bytes(facts.arenaBytes()), Sizes.bytes(facts.arenaLowerBound()));
        page.add("<div class=\"scroll\" tabindex=\"0\">").add(ArenaPicture.of(facts)).add("</div></section>");
        table(page, facts.steps());
        return page.add("</main></body></html>").toString();
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IOException("report.css is missing from this build of Lanewise");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void numbers(Svg page, ModelFacts facts) {
        page.add("<section class=\"numbers\">");
        number(page, Sizes.count(facts.parameters()), "parameters");
        number(page, Sizes.count(facts.multiplyAdds()), "multiply-adds a run");
        number(page, Sizes.bytes(facts.weightBytes()), "weights");
        number(page, Sizes.bytes(facts.arenaBytes()), "arena a session");
        number(page, Sizes.bytes(facts.stateBytes()), "state a stream");
        number(page, String.valueOf(facts.steps().size()), "steps");
        page.add("</section>");
    }

    private static void number(Svg page, String number, String what) {
        page.add("<div><b>%s</b><span>%s</span></div>", number, what);
    }

    private static void ports(Svg page, ModelFacts facts) {
        page.add("<section><h2>Interface</h2><dl>");
        facts.inputs().forEach(port -> port(page, "input", port));
        facts.outputs().forEach(port -> port(page, "output", port));
        facts.states().forEach(port -> port(page, "state", port));
        for (ModelFacts.Symbol symbol : facts.symbols()) {
            page.add("<dt>extent</dt><dd>%s <code>%d … %d</code></dd>", symbol.name(), symbol.min(), symbol.max());
        }
        page.add("<dt>fingerprint</dt><dd><code>%s</code></dd></dl></section>", facts.fingerprint());
    }

    private static void port(Svg page, String what, ModelFacts.Port port) {
        page.add("<dt>%s</dt><dd>%s <code>%s</code></dd>", what, port.name(), port.type());
    }

    private static void table(Svg page, List<StepFacts> steps) {
        long mostWeights = Math.max(1, steps.stream().mapToLong(StepFacts::weightBytes).max().orElse(1));
        long mostProducts = Math.max(1, steps.stream().mapToLong(StepFacts::multiplyAdds).max().orElse(1));
        page.add("<section><h2>Sizes</h2><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>#</th><th>Step</th>"
                + "<th>Output</th><th class=\"n\">Weights</th><th class=\"n\">Output size</th>"
                + "<th class=\"n\">Multiply-adds</th></tr></thead><tbody>");
        for (StepFacts step : steps) {
            page.add("<tr id=\"step-%d\"><td>%d</td><td class=\"d%d\"><i class=\"" + GraphDrawing.family(step.kind())
                    + "\"></i>%s<small>%s</small></td><td><code>%s</code></td>", step.number(), step.number(),
                    Math.min(4, step.depth()), step.kind(), step.name().equals(step.kind()) ? "" : step.name(),
                    String.join(" ", step.outputTypes()));
            bar(page, step.weightBytes(), mostWeights, Sizes.bytes(step.weightBytes()));
            page.add("<td class=\"n\">%s</td>", Sizes.bytes(step.outputBytes()));
            bar(page, step.multiplyAdds(), mostProducts, Sizes.count(step.multiplyAdds()));
            page.add("</tr>");
        }
        page.add("</tbody></table></div></section>");
    }

    private static void bar(Svg page, long value, long most, String text) {
        page.add("<td class=\"n bar\" style=\"--part:%.1f%%\">%s</td>", 100.0 * value / most, value == 0 ? "" : text);
    }
}
