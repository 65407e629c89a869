package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/**
 * A recurrent network that gives one answer, unfolded in time, with the parameters that its steps share.
 *
 * @param letters what b, W, U, c and V are, a line each
 */
public record UnfoldedRnn(List<String> letters) implements Drawing {

    private static final int BOX = 58;
    private static final int HIGH = 30;
    private static final int STATE = 84;
    private static final int INPUT = 164;
    private static final int[] ACROSS = {18, 134, 250, 366};
    private static final String[] STATES = {"h(0)", "h(1)", "h(2) …", "h(T)"};
    private static final String[] INPUTS = {"", "x(1)", "x(2) …", "x(T)"};

    @Override
    public int height() {
        return INPUT + HIGH + 12 + 19 * letters.size();
    }

    @Override
    public void plot(Svg page) {
        for (int i = 0; i < ACROSS.length; i++) {
            int middle = ACROSS[i] + BOX / 2;
            box(page, ACROSS[i], STATE, STATES[i]);
            if (i > 0) {
                box(page, ACROSS[i], INPUT, INPUTS[i]);
                arrow(page, middle, INPUT, middle, STATE + HIGH, "U");
                arrow(page, ACROSS[i - 1] + BOX, STATE + HIGH / 2, ACROSS[i], STATE + HIGH / 2, "W");
            }
        }
        int last = ACROSS[ACROSS.length - 1];
        box(page, last, 4, "o");
        arrow(page, last + BOX / 2, STATE, last + BOX / 2, 4 + HIGH, "V");
        for (int i = 0; i < letters.size(); i++) {
            page.add("<text x=\"%d\" y=\"%d\">%s</text>", ACROSS[0], INPUT + HIGH + 24 + 19 * i, letters.get(i));
        }
    }

    private static void box(Svg page, int x, int y, String text) {
        page.add("<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>", x, y, BOX, HIGH);
        page.add("<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", x + BOX / 2, y + 20, text);
    }

    /** Up, or to the right. */
    private static void arrow(Svg page, int x, int y, int toX, int toY, String text) {
        boolean up = x == toX;
        page.add("<path class=\"line c1\" d=\"M%d %dL%d %dm%s\"/>", x, y, toX, toY,
                up ? "-4 7l4 -7l4 7" : "-7 -4l7 4l-7 4");
        page.add("<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>", up ? x + 7 : (x + toX) / 2,
                up ? (y + toY) / 2 + 5 : y - 7, up ? "start" : "middle", text);
    }
}
