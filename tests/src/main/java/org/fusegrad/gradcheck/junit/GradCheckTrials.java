package org.fusegrad.gradcheck.junit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** The product of what a {@link GradCheckTest} lists, one invocation for each combination. */
final class GradCheckTrials implements TestTemplateInvocationContextProvider {
    /** One invocation, which hands the test its trial. */
    private record Invocation(GradCheckTrial trial)
            implements TestTemplateInvocationContext, ParameterResolver {
        @Override
        public String getDisplayName(int index) {
            return trial.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == GradCheckTrial.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return trial;
        }
    }

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), GradCheckTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getTestMethod(), GradCheckTest.class)
                .map(GradCheckTrials::product)
                .orElseThrow()
                .map(Invocation::new);
    }

    private static Stream<GradCheckTrial> product(GradCheckTest test) {
        if (test.shapes().length == 0 || test.dtypes().length == 0 || test.modes().length == 0) {
            throw new IllegalArgumentException("@GradCheckTest lists no shapes, types or modes, so"
                    + " it would check nothing; leave out what has a default");
        }
        List<String> backends =
                test.backends().length == 0 ? Backends.available() : List.of(test.backends());
        return Arrays.stream(test.shapes())
                .map(GradCheckTrials::shapes)
                .flatMap(shapes -> Arrays.stream(test.dtypes())
                        .flatMap(dtype -> Arrays.stream(test.modes())
                                .flatMap(mode -> backends.stream()
                                        .map(backend -> new GradCheckTrial(
                                                shapes,
                                                dtype,
                                                mode,
                                                backend,
                                                test.order(),
                                                test.seed())))));
    }

    private static List<Shape> shapes(String text) {
        return Arrays.stream(text.split(";", -1)).map(GradCheckTrial::shape).toList();
    }
}
