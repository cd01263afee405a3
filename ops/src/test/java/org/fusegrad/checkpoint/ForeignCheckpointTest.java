package org.fusegrad.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.LoadPolicy;
import org.fusegrad.nn.LoadReport;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints that fit a network in part, or come from elsewhere. */
class ForeignCheckpointTest {
    @TempDir
    Path folder;

    private static Sequential network(int seed, int classes) {
        RandomSource random = RandomSource.of(seed);
        return new Sequential(
                new Linear(3, 2, true, DType.FLOAT32, random),
                new BatchNorm1d(2),
                new Linear(2, classes, true, DType.FLOAT32, random));
    }

    private static final Sequential SOURCE = network(1, 4);

    private static Map<String, Tensor> values(UnaryOperator<Tensor> change) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        SOURCE.stateDict().forEach((path, t) -> all.put(path, change.apply(t)));
        return all;
    }

    private Checkpoint saved(Map<String, Tensor> tensors) throws IOException {
        Path file = folder.resolve("foreign.safetensors");
        Safetensors.write(file, new Checkpoint(tensors, Map.of()));
        return Safetensors.read(file);
    }

    private static Map<String, String> text(Sequential net) {
        Map<String, String> all = new LinkedHashMap<>();
        net.stateDict().forEach((path, t) -> all.put(path, t.toString()));
        return all;
    }

    /** A refusal, which leaves the network as it was; all names have to be in its message. */
    private static void refused(
            Checkpoint from, Sequential into, LoadPolicy policy, String... says) {
        Map<String, String> before = text(into);
        String message = assertThrows(IllegalArgumentException.class, () -> from.into(into, policy))
                .getMessage();
        for (String part : says) {
            assertTrue(message.contains(part), message);
        }
        assertEquals(before, text(into));
    }

    @Test
    void missingValuesKeepTheirPlace() throws IOException {
        Map<String, Tensor> part = values(t -> t);
        part.remove("2.weight");
        part.remove("2.bias");
        Sequential net = network(2, 4);
        double[] head = net.stateDict().get("2.weight").toDoubles();
        refused(saved(part), net, LoadPolicy.STRICT, "2.bias is missing", "2.weight is missing");
        refused(saved(part), net, LoadPolicy.FOREIGN.allowUnexpected(), "2.bias is missing");
        LoadReport report = saved(part).into(net, LoadPolicy.STRICT.allowMissing());
        assertEquals(List.of("2.weight", "2.bias"), report.missing());
        assertEquals(7, report.loaded().size());
        assertArrayEquals(head, net.stateDict().get("2.weight").toDoubles());
        assertArrayEquals(
                SOURCE.stateDict().get("0.weight").toDoubles(),
                net.stateDict().get("0.weight").toDoubles());
    }

    @Test
    void unexpectedValuesAreLeftOut() throws IOException {
        Map<String, Tensor> more = values(t -> t);
        more.put("3.weight", Tensor.ones(2));
        Sequential net = network(2, 4);
        refused(saved(more), net, LoadPolicy.FOREIGN.allowMissing(), "3.weight is unknown");
        LoadReport report = saved(more).into(net, LoadPolicy.STRICT.allowUnexpected());
        assertEquals(List.of("3.weight"), report.unexpected());
        assertEquals(text(SOURCE), text(net));
    }

    @Test
    void anotherNumberOfClassesIsSkippedByShape() throws IOException {
        Sequential net = network(2, 10);
        double[] head = net.stateDict().get("2.weight").toDoubles();
        Checkpoint file = saved(values(t -> t));
        LoadPolicy lax = LoadPolicy.FOREIGN.allowMissing().allowUnexpected();
        refused(file, net, lax, "2.weight is float32(4, 2), not float32(10, 2)", "2.bias is");
        LoadReport report = file.into(net, LoadPolicy.STRICT.skipMismatched());
        assertEquals(
                Map.of(
                        "2.weight", "float32(4, 2), not float32(10, 2)",
                        "2.bias", "float32(4), not float32(10)"),
                report.mismatched());
        assertEquals(List.of(), report.missing());
        assertArrayEquals(head, net.stateDict().get("2.weight").toDoubles());
    }

    @Test
    void countersMayBeAbsent() throws IOException {
        Map<String, Tensor> old = values(t -> t);
        old.remove("1.num_batches_tracked");
        Sequential net = network(2, 4);
        refused(saved(old), net, LoadPolicy.STRICT, "1.num_batches_tracked is missing");
        LoadReport report = saved(old).into(net, LoadPolicy.FOREIGN);
        assertEquals(List.of("1.num_batches_tracked"), report.missing());
        old.remove("1.running_mean");
        refused(saved(old), net, LoadPolicy.FOREIGN, "1.running_mean is missing");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT16", "BFLOAT16", "FLOAT64"})
    void typesAreCast(DType type) throws IOException {
        Map<String, Tensor> other =
                values(t -> t.dtype().isFloating() ? t.cast(type).detach() : t);
        Sequential net = network(2, 4);
        refused(saved(other), net, LoadPolicy.STRICT, "0.weight is " + type);
        LoadReport report = saved(other).into(net, LoadPolicy.FOREIGN);
        assertEquals(8, report.cast().size());
        assertEquals(type + " to float32", report.cast().get("0.weight"));
        assertEquals(DType.FLOAT32, net.stateDict().get("0.weight").dtype());
        assertArrayEquals(
                other.get("0.weight").cast(DType.FLOAT32).toDoubles(),
                net.stateDict().get("0.weight").toDoubles());
    }

    @Test
    void aCastThatLosesTheValueIsRefused() throws IOException {
        Map<String, Tensor> large = values(t -> t);
        large.put("0.bias", Tensor.of(new double[] {1e300, 1}, 2));
        Sequential net = network(2, 4);
        refused(saved(large), net, LoadPolicy.FOREIGN, "0.bias has values that float32 cannot");
        Map<String, Tensor> half = values(t -> t);
        half.put("1.num_batches_tracked", Tensor.of(new float[] {2.5f}));
        half.put(
                "1.num_batches_tracked",
                half.get("1.num_batches_tracked")
                        .reshape(SOURCE.stateDict()
                                .get("1.num_batches_tracked")
                                .shape()
                                .dims()));
        refused(saved(half), net, LoadPolicy.FOREIGN, "1.num_batches_tracked has values that");
        half.put(
                "1.num_batches_tracked",
                half.get("1.num_batches_tracked").mul(2).detach());
        saved(half).into(net, LoadPolicy.FOREIGN);
        assertEquals(5, net.stateDict().get("1.num_batches_tracked").item());
        Map<String, Tensor> infinite = values(t -> t);
        infinite.put("0.bias", Tensor.of(new double[] {Double.NEGATIVE_INFINITY, 1}, 2));
        saved(infinite).into(net, LoadPolicy.FOREIGN);
    }

    @Test
    void keysAreRenamed() throws IOException {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        values(t -> t).forEach((path, t) -> prefixed.put("module." + path, t));
        prefixed.put("module.extra", Tensor.ones(1));
        Checkpoint file = saved(prefixed);
        Sequential net = network(2, 4);
        LoadPolicy nothing = LoadPolicy.STRICT.allowMissing().allowUnexpected();
        refused(file, net, nothing, "none of its names", "it has module.", "renamed()");
        LoadPolicy cut = LoadPolicy.STRICT.renamed(
                key -> key.equals("module.extra") ? null : key.substring("module.".length()));
        assertEquals(9, file.into(net, cut).loaded().size());
        assertEquals(text(SOURCE), text(net));

        Map<String, Tensor> one = values(t -> t);
        one.put("head.w", one.remove("2.weight"));
        LoadPolicy map = LoadPolicy.STRICT.renamed(Map.of("head.w", "2.weight"));
        assertEquals(9, saved(one).into(net, map).loaded().size());
        refused(
                saved(values(t -> t)),
                net,
                LoadPolicy.STRICT.renamed(Map.of("0.bias", "1.bias")),
                "0.bias and 1.bias are two values for 1.bias");
    }

    @Test
    void conventionsFollowTheRenamedLayers() throws IOException {
        Path file = folder.resolve("norm.safetensors");
        Checkpoint.save(new Sequential(new BatchNorm1d(2, NormOptions.DEFAULT.eps(1e-3))), file);
        Sequential same =
                new Sequential(new Linear(2, 2), new BatchNorm1d(2, NormOptions.DEFAULT.eps(1e-3)));
        Sequential other = new Sequential(new Linear(2, 2), new BatchNorm1d(2));
        LoadPolicy moved = LoadPolicy.STRICT
                .allowMissing()
                .renamed(key -> key.startsWith("0.") ? "1." + key.substring(2) : key);
        assertEquals(5, Checkpoint.load(same, file, moved).loaded().size());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> Checkpoint.load(other, file, moved))
                .getMessage();
        assertTrue(message.contains("norm:1:eps was saved as 0.001"), message);
    }

    @Test
    void aLongListOfFaultsIsCut() throws IOException {
        Map<String, Tensor> strange = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            strange.put("x" + i, Tensor.ones(1));
        }
        refused(saved(strange), network(2, 4), LoadPolicy.STRICT, "and 49 more");
    }

    @Test
    void aReportSaysWhatHappened() throws IOException {
        Map<String, Tensor> odd = values(t -> t.dtype().isFloating() ? t.cast(DType.FLOAT64) : t);
        odd.put("extra", Tensor.ones(1));
        odd.remove("0.bias");
        LoadPolicy all = LoadPolicy.FOREIGN.allowMissing().allowUnexpected().skipMismatched();
        assertEquals(
                "loaded 6; missing: 0.bias; unexpected: extra; 2.weight is float64(4, 2), not"
                        + " float32(5, 2); 2.bias is float64(4), not float32(5); cast 5",
                saved(odd).into(network(2, 5), all).toString());
    }
}
