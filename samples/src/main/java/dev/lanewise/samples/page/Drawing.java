package dev.lanewise.samples.page;

import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/** A figure that is one drawing, so that it can stand in a file of its own. */
interface Drawing extends Figure {

    int width();

    int height();

    /** What its colours are; none where it has none. */
    List<LinePlot.Entry> key();

    /** The drawing alone, from the origin. */
    void plot(Svg page);
}
