package dev.lanewise.compiler;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.plan.MemoryPlanner;
import dev.lanewise.compiler.weights.StoredWeight;
import dev.lanewise.formats.ModelFile;
import java.util.List;

/**
 * What compiling gives.
 *
 * @param file the model file, complete
 * @param graph the graph that was lowered, after all passes
 * @param notes what people should know: states that were paired, extents that were bounded
 * @param arenaLowerBound [storage] elements that no placement of the arena could do without
 * @param arena what was placed in the arena
 * @param stored weights that are stored smaller than f32
 */
public record Compiled(
        ModelFile file, Graph graph, List<String> notes, long[] arenaLowerBound, List<MemoryPlanner.Request> arena,
        List<StoredWeight> stored) {}
