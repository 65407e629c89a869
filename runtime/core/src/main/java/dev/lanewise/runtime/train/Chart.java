package dev.lanewise.runtime.train;

import java.util.List;
import java.util.Locale;

/** A drawing of curves over the steps, as SVG whose colours are those of the page. */
final class Chart {

    private static final int WIDTH = 420;
    private static final int HEIGHT = 270;
    private static final int LEFT = 70;
    private static final int RIGHT = 12;
    private static final int TOP = 14;
    private static final int BOTTOM = 44;
    private static final int TICKS = 4;

    private final String yName;
    private final List<Series> curves;
    private double maxX = 1;
    private double minY = Double.MAX_VALUE;
    private double maxY = -Double.MAX_VALUE;

    /** @param yName name and unit of the vertical axis */
    Chart(String yName, List<Series> curves) {
        this.yName = yName;
        this.curves = curves;
        for (Series curve : curves) {
            for (int i = 0; i < curve.size(); i++) {
                maxX = Math.max(maxX, curve.x(i));
                minY = Math.min(minY, curve.y(i));
                maxY = Math.max(maxY, curve.y(i));
            }
        }
        if (minY >= 0 && minY < 0.5 * maxY) {
            minY = 0;
        }
        if (!(maxY > minY)) {
            minY = maxY == -Double.MAX_VALUE ? 0 : minY - 0.5;
            maxY = minY + 1;
        }
    }

    /** @param title may hold anything; it is escaped */
    String svg(String title) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, "<figure><figcaption>%s</figcaption>%n", escape(title)));
        svg.append(String.format(
                Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, HEIGHT,
                        escape(title)));
        double yStep = tick(maxY - minY);
        for (double y = Math.ceil(minY / yStep) * yStep; y <= maxY + yStep * 1e-6; y += yStep) {
            svg.append(String.format(
                    Locale.ROOT, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT, WIDTH - RIGHT, placeY(y), placeY(y), LEFT - 5, placeY(y) + 4, label(y, yStep)));
        }
        double xStep = Math.max(1, tick(maxX));
        for (double x = 0; x <= maxX; x += xStep) {
            svg.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n", placeX(x),
                    HEIGHT - BOTTOM + 16, label(x, xStep)));
        }
        svg.append(String.format(
                Locale.ROOT, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
                        + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">batches trained on</text>"
                        + "<text transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8,
                (TOP + HEIGHT - BOTTOM) / 2, escape(yName)));
        for (int c = 0; c < curves.size(); c++) {
            curve(svg, curves.get(c), c);
        }
        return svg.append("</svg></figure>\n").toString();
    }

    private void curve(StringBuilder svg, Series curve, int number) {
        svg.append("<polyline class=\"c").append(number).append("\" points=\"");
        for (int i = 0; i < curve.size(); i++) {
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", placeX(curve.x(i)), placeY(curve.y(i))));
        }
        svg.append("\"/>\n");
        if (curve.size() == 1) {
            svg.append(String.format(
                    Locale.ROOT, "<circle class=\"c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>%n", number,
                    placeX(curve.x(0)), placeY(curve.y(0))));
        }
        if (curves.size() > 1) {
            svg.append(String.format(
                    Locale.ROOT, "<text class=\"c%d\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", number,
                    WIDTH - RIGHT - 4, TOP + 14 * (number + 1), escape(curve.name)));
        }
    }

    private double placeX(double x) {
        return LEFT + (WIDTH - RIGHT - LEFT) * x / maxX;
    }

    private double placeY(double y) {
        return TOP + (HEIGHT - BOTTOM - TOP) * (maxY - y) / (maxY - minY);
    }

    /** 1, 2 or 5 times a power of ten, so that there are about as many ticks as are wanted. */
    private static double tick(double range) {
        double rough = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double part = rough / power;
        return power * (part > 5 ? 10 : part > 2 ? 5 : part > 1 ? 2 : 1);
    }

    private static String label(double value, double step) {
        if (step >= 1) {
            return value >= 10_000 ? String.format(Locale.ROOT, "%.4gk", value / 1000).replaceAll("\\.?0+k", "k")
                    : Long.toString(Math.round(value));
        }
        if (step < 1e-4) {
            return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
        }
        return String.format(Locale.ROOT, "%." + (int) Math.ceil(-Math.log10(step) - 1e-9) + "f", value);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
