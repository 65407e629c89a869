package dev.lanewise.compiler.stream;

import java.util.List;

/** How one kind of operation is streamed. */
interface Rule {

    /** Adds what computes the node on chunks; gives its outputs. At least one operand has an axis of time. */
    List<Flow> apply(Site site);
}
