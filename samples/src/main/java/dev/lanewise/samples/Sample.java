package dev.lanewise.samples;

import dev.lanewise.samples.page.Page;
import java.io.IOException;

/** A program that {@code lanewise sample} runs: it trains, compiles, runs what it compiled, and shows what came out. */
public interface Sample {

    /** As it is typed. */
    String name();

    /** One line on what it shows. */
    String about();

    /** The page with what was found; its checks decide whether the sample did what it promises. */
    Page run(Setting setting) throws IOException;
}
