package org.fusegrad.nn.parallel;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/** The gradients of a model whose replicas saw parts of a batch. */
public final class Gradients {
    private Gradients() {}

    /**
     * Makes every replica's gradients those of the whole batch: their sum in order of ranks. The
     * loss of a replica is to be its part of the whole one, such as the sum over its samples
     * divided by the samples of all. Replicas whose parameters started equal stay equal to the last
     * bit.
     *
     * @param model of this replica, after its backward; a parameter without gradient counts as zero
     * @throws IllegalStateException if a replica failed or has other parameters; no gradient has
     *     changed then
     */
    public static void sum(Collective among, Module model) {
        Set<Tensor> whole = Collections.newSetFromMap(new IdentityHashMap<>());
        model.namedModules().values().forEach(m -> {
            if (m instanceof Norm norm && norm.isShared()) {
                whole.addAll(norm.parameters());
            }
        });
        Map<Tensor, Tensor> sums = new IdentityHashMap<>();
        for (Map.Entry<String, Tensor> entry : model.namedParameters().entrySet()) {
            Tensor p = entry.getValue();
            if (p.requiresGrad() && !whole.contains(p)) {
                String label = "gradient " + p.dtype() + p.shape() + " of " + entry.getKey();
                Tensor sum = sum(among.gather(label, gradient(p)));
                sums.put(p, Tensor.noGrad(() -> sum.cast(p.dtype())));
            }
        }
        // Nobody's memory is used again before everybody has read it.
        Value nothing = Tensor.scalar(0, DType.INT64).value();
        among.gather("end of the gradients", nothing);
        sums.forEach(Tensor::setGrad);
    }

    private static Value gradient(Tensor p) {
        return p.grad() == null
                ? Tensor.full(p.shape(), 0, p.dtype()).value()
                : p.grad().value();
    }

    private static Tensor sum(List<Value> parts) {
        return Tensor.noGrad(
                () -> parts.stream().map(Tensor::ofValue).reduce(Tensor::add).orElseThrow());
    }
}
