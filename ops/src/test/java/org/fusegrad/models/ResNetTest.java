package org.fusegrad.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.models.ResNet.Architecture;
import org.fusegrad.nn.Convolution;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.optim.SGD;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetTest {
    private static long count(Architecture plan, int classes) {
        return count(plan, classes, NormFactory.BATCH);
    }

    private static long count(Architecture plan, int classes, NormFactory norms) {
        return new ResNet(plan, 3, classes, norms, RandomSource.of(0)).parameterCount();
    }

    @Test
    void parameterCounts() {
        assertEquals(11_181_642, count(Architecture.RESNET18, 10));
        assertEquals(11_689_512, count(Architecture.RESNET18, 1000));
        assertEquals(21_797_672, count(Architecture.RESNET34, 1000));
        assertEquals(25_557_032, count(Architecture.RESNET50, 1000));
    }

    /** 4,800 normalised channels, with two parameters of the attention for each. */
    @Test
    void instanceEnhancementAddsTwoParametersForEachChannel() {
        assertEquals(11_191_242, count(Architecture.RESNET18, 10, IEBN2d::new));
    }

    @ParameterizedTest
    @CsvSource({
        "20, BASIC, 272474",
        "56, BASIC, 855770",
        "110, BASIC, 1730714",
        "56, BOTTLENECK, 591322",
        "110, BOTTLENECK, 1147738",
        "164, BOTTLENECK, 1704154"
    })
    void parameterCountsOfSmallImages(int depth, Block.Kind kind, long expected) {
        assertEquals(expected, count(Architecture.cifar(depth, kind), 10));
    }

    @Test
    void depthsAreMadeOfWholeBlocks() {
        assertThrows(
                IllegalArgumentException.class, () -> Architecture.cifar(21, Block.Kind.BASIC));
        assertThrows(
                IllegalArgumentException.class,
                () -> Architecture.cifar(22, Block.Kind.BOTTLENECK));
    }

    @Test
    void movingAveragesComeWithCentralizedConvolutions() {
        NormFactory norms = NormFactory.movingAverage(MABNWindow.of(2, 4));
        ResNet net = ResNet.small(1, 4, 4, norms, RandomSource.of(5));
        List<Convolution> convolutions = net.namedModules().values().stream()
                .filter(Convolution.class::isInstance)
                .map(Convolution.class::cast)
                .toList();
        assertEquals(9, convolutions.size());
        convolutions.forEach(c ->
                assertEquals(WeightTransform.CENTRALIZED, c.options().weights(), c.toString()));
        assertEquals(Shape.of(2, 4), net.forward(images(2, 1, 8)).shape());
    }

    @Test
    void bottlenecksFitTogether() {
        Architecture plan = Architecture.cifar(11, Block.Kind.BOTTLENECK);
        ResNet net = new ResNet(plan, 3, 5, NormFactory.BATCH, RandomSource.of(0));
        assertEquals(Shape.of(2, 5), net.forward(images(2, 3, 16)).shape());
    }

    private static Tensor images(int n, int channels, int size) {
        return Init.uniform(1, RandomSource.of(9), DType.FLOAT32, n, channels, size, size);
    }

    @Test
    void normsAreOptional() {
        ResNet net = ResNet.small(1, 4, 4, NormFactory.NONE, RandomSource.of(5));
        assertEquals(Shape.of(3, 4), net.forward(images(3, 1, 28)).shape());
        assertTrue(net.buffers().isEmpty());
    }

    @Test
    void smallNetworkLearnsItsBatch() {
        NormFactory groups = c -> new GroupNorm(2, c);
        for (NormFactory norms : List.of(NormFactory.BATCH, groups)) {
            ResNet net = ResNet.small(1, 4, 4, norms, RandomSource.of(5));
            SGD sgd = new SGD(net.parameters(), 0.05, SGD.Options.DEFAULT.momentum(0.9));
            CrossEntropyLoss loss = new CrossEntropyLoss();
            Tensor x = images(4, 1, 8);
            Tensor target = Tensor.arange(4);
            double first = 0;
            double last = 0;
            for (int i = 0; i < 12; i++) {
                sgd.zeroGrad();
                Tensor l = loss.call(net.forward(x), target);
                l.backward();
                sgd.step();
                last = l.item();
                first = i == 0 ? last : first;
            }
            assertTrue(last < 0.7 * first, first + " to " + last);
        }
    }
}
