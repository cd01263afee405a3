package org.fusegrad.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.fusegrad.data.Augmentation;
import org.fusegrad.data.Dataset;
import org.fusegrad.models.ResNet;
import org.fusegrad.models.ResNet.Architecture;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.NamedNorm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.train.DataSource;
import org.fusegrad.train.ModelName;
import org.fusegrad.train.Recipe;
import org.fusegrad.train.RunFolder;
import org.fusegrad.train.TrainingPlan;
import picocli.CommandLine.Option;

/** The options of the commands that train: what is trained, and how. */
final class TrainingOptions {
    @Option(
            names = "--data",
            paramLabel = "DATA",
            defaultValue = "digits",
            description = "digits, fashion-mnist, or a directory with IDX files (of several sets,"
                    + " DIR/PREFIX) or with train and test folders of classes of JPEG or PNG"
                    + " files. Default: ${DEFAULT-VALUE}")
    private String data;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Resize the images of folders to N x N.")
    private int size;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Use only about N images to train, and as many to validate.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = ModelName.DEFAULT,
            completionCandidates = ModelName.Choices.class,
            description = "One of ${COMPLETION-CANDIDATES}; those of CIFAR suit images of about"
                    + " 32x32. Default: ${DEFAULT-VALUE}")
    private String model;

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "Channels after the model's first convolution.")
    private Optional<Integer> width = Optional.empty();

    @Option(
            names = "--norm",
            paramLabel = "NORM",
            defaultValue = "bn",
            completionCandidates = NormNames.class,
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private String norm;

    @Option(names = "--batch", paramLabel = "N", description = "Images of a step.")
    private Optional<Integer> batch = Optional.empty();

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the images.")
    private Optional<Integer> epochs = Optional.empty();

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Highest learning rate: after a short rise it falls along a cosine.")
    private Optional<Double> learningRate = Optional.empty();

    @Option(names = "--momentum", paramLabel = "X", description = "Of gradient descent.")
    private Optional<Double> momentum = Optional.empty();

    @Option(names = "--weight-decay", paramLabel = "X", description = "Of gradient descent.")
    private Optional<Double> weightDecay = Optional.empty();

    @Option(
            names = "--augment",
            negatable = true,
            description = "Shift training images at random, and mirror them unless they are digits;"
                    + " or do not.")
    private Optional<Boolean> augment = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of initial values, order and augmentation. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "New folder for what is written; by default the first"
                    + " free runs/DATA-MODEL-NORM-NUMBER.")
    private Optional<Path> out = Optional.empty();

    /**
     * Everything that was asked for, checked.
     *
     * @param replicas that each learn from a part of every batch
     * @param networks makes the network of each replica, on the engine current then
     */
    record Order(
            TrainingRun.Names names,
            TrainingPlan plan,
            RunFolder folder,
            Replicas replicas,
            Supplier<List<ResNet>> networks) {}

    /**
     * Checks everything and loads the images.
     *
     * @param purpose beginning of the default folder's name
     * @param passes epochs where none are given; by default the recipe of the data says
     * @param count replicas
     */
    Order order(String purpose, Optional<Integer> passes, int count) {
        Architecture architecture = ModelName.parse(model);
        NamedNorm normName = NormNames.parse(norm);
        DataSource source = new DataSource(data);
        String label = purpose + source.label() + "-" + model + "-" + norm.replace(':', '-');
        RunFolder folder = RunFolder.check(out, label);
        Dataset.Split images = images(source);
        Recipe recipe = Recipe.of(source, images.train());
        TrainingPlan plan = plan(images, recipe, epochs.or(() -> passes).orElse(recipe.epochs()));
        require(
                count >= 1 && count <= plan.batch(),
                "--replicas must be within 1.." + plan.batch() + ", the images of a step, got "
                        + count);
        Replicas replicas = Replicas.of(count);
        Architecture sized = sized(architecture, recipe);
        return new Order(
                new TrainingRun.Names(data, model, norm),
                plan,
                folder,
                replicas,
                () -> IntStream.range(0, count)
                        .mapToObj(replicas::member)
                        .map(member -> normName.factory(plan.batch(), member))
                        .map(norms -> network(sized, images, norms))
                        .toList());
    }

    /** What is about to be done, for the moment before the images are loaded. */
    String announcement() {
        return "loading " + data + " ...";
    }

    private Dataset.Split images(DataSource source) {
        require(size >= 0, "--size must not be negative, got " + size);
        int count = limit.orElse(Integer.MAX_VALUE);
        require(count >= 1, "--limit must be at least 1, got " + count);
        return DataSource.limit(source.load(size), count);
    }

    private TrainingPlan plan(Dataset.Split images, Recipe recipe, int passes) {
        boolean augmented = augment.orElse(recipe.augment());
        return new TrainingPlan(
                images,
                batch.orElse(recipe.batch()),
                passes,
                learningRate.orElse(recipe.learningRate()),
                momentum.orElse(recipe.momentum()),
                weightDecay.orElse(recipe.weightDecay()),
                augmented ? recipe.augmentation() : Augmentation.none(),
                seed);
    }

    private Architecture sized(Architecture a, Recipe recipe) {
        int channels = width.orElse(model.equals(ModelName.DEFAULT) ? recipe.width() : a.width());
        require(
                channels >= 1 && channels <= 4096,
                "--width must be within 1..4096, got " + channels);
        return new Architecture(a.kind(), a.imageNet(), channels, a.blocks());
    }

    private ResNet network(Architecture plan, Dataset.Split images, NormFactory norms) {
        Dataset train = images.train();
        return new ResNet(plan, train.channels(), train.classes(), norms, RandomSource.of(seed));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
