package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.norm.FrozenAffine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormEntry;
import org.fusegrad.nn.norm.NormRequest;
import org.fusegrad.nn.norm.Norms;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Every norm of the library is in the registry. */
final class NormsTest {
    private static Stream<Norm> all(NormEntry entry) {
        List<Integer> numbers = entry.parameters().stream().map(p -> 2).toList();
        List<Shape> shapes = List.of(Shape.of(4, 4), Shape.of(4, 4, 2, 2), Shape.of(4, 4, 2, 2, 2));
        return shapes.stream()
                .map(shape -> NormRequest.of(numbers, shape).among(Collective.alone()))
                .flatMap(r -> Stream.of(entry.layer().apply(r), entry.image().apply(r)));
    }

    @Test
    void everyNormIsMadeByAnEntry() {
        Set<String> made = new TreeSet<>();
        Norms.STANDARD.entries().stream()
                .flatMap(NormsTest::all)
                .forEach(norm -> made.add(norm.getClass().getSimpleName()));
        Set<String> there = new TreeSet<>();
        new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.fusegrad.nn.norm")
                        .stream()
                        .filter(c -> c.isAssignableTo(Norm.class))
                        .filter(c -> !c.getModifiers().contains(JavaModifier.ABSTRACT))
                        .forEach(c -> there.add(c.getSimpleName()));
        // What surgery leaves of a norm; nobody asks for it by name.
        there.remove(FrozenAffine.class.getSimpleName());
        assertEquals(there, made);
    }

    @Test
    void namesAreParsedAsTheyAreListed() {
        for (NormEntry entry : Norms.STANDARD.entries()) {
            String numbers = ":2".repeat(entry.parameters().size());
            assertEquals(entry, Norms.STANDARD.parse(entry.name() + numbers).entry());
            assertEquals(entry, Norms.STANDARD.parse(entry.longName() + numbers).entry());
        }
    }
}
