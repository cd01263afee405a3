package org.fusegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.nn.doctor.NormDoctor;
import org.fusegrad.nn.doctor.NormSample;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.Freeze;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.MicroBatches;
import org.fusegrad.nn.parallel.Gradients;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.nn.surgery.NormSwap;
import org.fusegrad.nn.surgery.SwapReport;
import org.fusegrad.optim.SGD;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One module, parameter or state in several places is counted, moved, summed and saved once. */
class SharedPartsTest {
    /** Encoder and decoder with one weight, and a state both parts hold. */
    private static final class Tied extends Module {
        private final Linear encoder = child("encoder", new Linear(2, 2));
        private final Tensor decoder = parameter("decoder", encoder.weight());
        private final State count = buffer("count", Tensor.zeros(1));
        private final State again = buffer("again", count);

        @Override
        public Tensor forward(Tensor x) {
            return encoder.forward(x).matmul(decoder);
        }
    }

    private static Sequential twice() {
        Linear shared = new Linear(2, 2);
        return new Sequential(shared, Layer.relu(), shared);
    }

    @Test
    void aModuleInTwoPlacesCountsOnceUnderItsFirstName() {
        Sequential net = twice();
        assertEquals(
                List.of("0.weight", "0.bias"), List.copyOf(net.namedParameters().keySet()));
        assertEquals(6, net.parameterCount());
        assertEquals(2, net.parameters().size());
        assertEquals(List.of("0.weight", "0.bias"), List.copyOf(net.stateDict().keySet()));
        assertEquals(List.of("", "0", "1"), List.copyOf(net.namedModules().keySet()));
        assertEquals(List.of("", "0", "1", "2"), List.copyOf(net.places().keySet()));
        assertEquals(Map.of("2.weight", "0.weight", "2.bias", "0.bias"), net.sharedPaths());
        Sequential norms = new Sequential(new BatchNorm1d(2), new Linear(2, 2));
        Sequential nested = new Sequential(norms, new Sequential(norms));
        assertEquals(3, nested.buffers().size());
        assertEquals(4, nested.parameters().size());
    }

    @Test
    void aTiedParameterKeepsItsFirstNameAndStaysAParameter() {
        Tied net = new Tied();
        assertEquals("weight", net.decoder.name());
        assertTrue(net.decoder.isLeaf() && net.decoder.requiresGrad());
        assertEquals(
                List.of("decoder", "encoder.bias"),
                List.copyOf(net.namedParameters().keySet()));
        assertEquals(6, net.parameterCount());
        assertEquals(List.of("count"), List.copyOf(net.namedBuffers().keySet()));
        assertSame(net.count, net.again);
        Tensor x = Tensor.ones(1, 2);
        Tensor y = net.forward(x);
        y.sumAll().backward();
        // d/dw of 1ᵀ(xwᵀ + b)w: both uses.
        assertEquals(2, net.parameters().size());
        assertTrue(net.parameters().stream().allMatch(p -> p.grad() != null));
    }

    @Test
    void oneStepMovesItOnceByTheSumOfItsUses() {
        Sequential net = twice();
        Linear shared = (Linear) net.namedModules().get("0");
        SGD sgd = new SGD(net.namedParameters(), 0.5, SGD.Options.DEFAULT);
        double before = shared.bias().orElseThrow().toDoubles()[0];
        net.forward(Tensor.ones(3, 2)).sumAll().backward();
        double g = shared.bias().orElseThrow().grad().toDoubles()[0];
        sgd.step();
        assertEquals(
                (float) before - (float) (0.5 * g),
                shared.bias().orElseThrow().toDoubles()[0],
                1e-6);
    }

    @Test
    void replicasSumItsGradientOnce() {
        Replicas replicas = Replicas.of(2);
        List<Sequential> nets = replicas.run(r -> twice());
        nets.get(1).loadStateDict(nets.get(0).stateDict());
        List<Double> sums = replicas.run(r -> {
            Sequential net = nets.get(r.rank());
            net.parameters().forEach(p -> p.setGrad(Tensor.ones(p.shape().dims())));
            Gradients.sum(r, net);
            return net.parameters().get(0).grad().toDoubles()[0];
        });
        assertEquals(List.of(2.0, 2.0), sums);
    }

    @Test
    void itIsSavedOnceAndLoadsFromEitherName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tied.safetensors");
        Sequential net = twice();
        Checkpoint.save(net, file);
        assertEquals(
                List.of("0.weight", "0.bias"),
                List.copyOf(Safetensors.read(file).tensors().keySet()));
        Sequential other = twice();
        Checkpoint.load(other, file);
        assertArrayEquals(
                net.parameters().get(0).toDoubles(), other.parameters().get(0).toDoubles());

        // Other programs save every name, or another one than the first.
        Map<String, Tensor> both = new LinkedHashMap<>(net.stateDict());
        both.put("2.weight", both.get("0.weight"));
        both.put("2.bias", both.get("0.bias"));
        twice().loadStateDict(both);
        Map<String, Tensor> last = new LinkedHashMap<>();
        last.put("2.weight", both.get("0.weight"));
        last.put("2.bias", both.get("0.bias"));
        Sequential third = twice();
        third.loadStateDict(last);
        assertArrayEquals(
                net.parameters().get(1).toDoubles(), third.parameters().get(1).toDoubles());

        both.put("2.bias", Tensor.ones(2).mul(9).detach());
        String fault = assertThrows(IllegalArgumentException.class, () -> third.loadStateDict(both))
                .getMessage();
        assertTrue(fault.contains("0.bias and 2.bias are two values for 0.bias"), fault);
    }

    @Test
    void aNormInTwoPlacesIsFrozenAndWatchedOnce() {
        BatchNorm2d norm = new BatchNorm2d(2);
        Sequential net = new Sequential(norm, Layer.relu(), norm);
        assertEquals(1, Freeze.affine(net, (path, n) -> path.equals("2")).size());
        assertTrue(norm.hasFrozenAffine());
        Freeze.unfreezeAffine(net, (path, n) -> path.equals("2"));
        assertFalse(norm.hasFrozenAffine());
        List<NormSample> samples = new ArrayList<>();
        try (NormDoctor doctor = NormDoctor.watch(net, samples::add)) {
            assertEquals(1, doctor.norms());
        }
        net.eval();
        assertFalse(norm.isTraining());
    }

    @Test
    void aDoctorWatchesAFrozenNormAndHearsWhenItThaws() {
        BatchNorm2d norm = new BatchNorm2d(2);
        norm.freezeAffine();
        Tensor x = Tensor.arange(16).cast(DType.FLOAT32).reshape(2, 2, 2, 2).requiresGrad(true);
        List<NormSample> samples = new ArrayList<>();
        try (NormDoctor doctor = NormDoctor.watch(new Sequential(norm), samples::add)) {
            norm.forward(x).sumAll().backward();
            norm.unfreezeAffine();
            norm.forward(x).sumAll().backward();
            norm.forward(x).sumAll().backward();
            assertEquals(1, doctor.norms());
        }
        assertEquals(3, samples.size());
        assertEquals(0, samples.get(0).gradient().length);
        assertEquals(2, samples.get(2).gradient().length);
    }

    @Test
    void surgeryExchangesANormInAllItsPlaces() {
        BatchNorm2d norm = new BatchNorm2d(2);
        Sequential net = new Sequential(norm, Layer.relu(), new Sequential(norm));
        net.train();
        net.namedModules().get("2").train(false);
        Tensor sample = Tensor.arange(16).cast(DType.FLOAT32).reshape(2, 2, 2, 2);
        SwapReport report = NormSwap.toGroupNorm(1).apply(net, sample);
        assertEquals(1, report.swapped().size());
        Map<String, Module> places = net.places();
        assertTrue(places.get("0") instanceof GroupNorm);
        assertSame(places.get("0"), places.get("2.0"));
        assertFalse(places.get("2.0").isTraining());
        assertTrue(net.isTraining() && !places.get("2").isTraining());
    }

    @Test
    void aPartIsReplacedByAnyOfItsPaths() {
        Sequential inner = new Sequential(Layer.relu());
        Sequential net = new Sequential(inner, inner);
        net.replace("1.0", Layer.identity());
        assertEquals("identity", net.places().get("0.0").toString());
        assertThrows(IllegalArgumentException.class, () -> net.replace("2.0", Layer.relu()));
        assertThrows(IllegalArgumentException.class, () -> net.replace("1.0.0", Layer.relu()));
        String fault = assertThrows(IllegalArgumentException.class, () -> net.replace("1", net))
                .getMessage();
        assertTrue(fault.contains("contains that place itself"), fault);
        assertThrows(IllegalArgumentException.class, () -> net.replace("1.0", inner));
        assertEquals(3, net.namedModules().size());
    }

    @Test
    void deepSharingCostsNothing() {
        Module part = new Linear(1, 1);
        for (int i = 0; i < 60; i++) {
            part = new Sequential(part, part);
        }
        assertEquals(61, part.namedModules().size());
        assertEquals(2, part.parameterCount());
        part.eval().zeroGrad();
    }

    @Test
    void microBatchesTakeItsGradientOnce() {
        Linear shared = new Linear(2, 2);
        Sequential net = new Sequential(shared, new BatchNorm1d(2), shared);
        Tensor x = Tensor.arange(8).cast(DType.FLOAT32).reshape(4, 2).sin();
        net.forward(x).square().sumAll().backward();
        double[] whole = shared.weight().grad().toDoubles();
        net.zeroGrad();
        List<Integer> calls = new ArrayList<>();
        shared.weight().registerHook(g -> {
            calls.add(1);
            return null;
        });
        MicroBatches.of(net, 2).apply(x.detach()).square().sumAll().backward();
        assertArrayEquals(whole, shared.weight().grad().toDoubles(), 1e-4);
        assertEquals(1, calls.size(), "a hook sees the gradient of all parts, once");
    }
}
