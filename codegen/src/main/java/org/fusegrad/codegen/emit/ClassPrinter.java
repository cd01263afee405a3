package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Method;

/**
 * The printer of a generated class: static methods of one argument, a dispatcher that runs them by
 * number, and the species of their vectors. Nothing newer than what Janino compiles is written: no
 * lambdas, no {@code var}, typed locals, plain loops.
 */
public final class ClassPrinter {
    /**
     * What generated classes of a kind have in common.
     *
     * @param parent what they extend
     * @param argument type of what their methods are given
     * @param parameter its name
     */
    public record Kind(Class<?> parent, Class<?> argument, String parameter) {}

    private final Kind kind;
    private final StmtPrinter statements;
    private final TypeSpec.Builder type;

    /**
     * A class without methods.
     *
     * @param comment what it is
     * @param names of locals
     */
    public ClassPrinter(
            Kind kind, String simpleName, String comment, Function<Local, String> names) {
        this.kind = kind;
        this.statements = new StmtPrinter(names);
        this.type = TypeSpec.classBuilder(simpleName)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .superclass(kind.parent())
                .addJavadoc("$L\n", comment);
    }

    /** Adds a method. */
    public void add(Method method, String comment) {
        type.addMethod(MethodSpec.methodBuilder(method.name())
                .addModifiers(Modifier.STATIC)
                .addParameter(kind.argument(), kind.parameter())
                .addJavadoc("$L\n", comment)
                .addCode(statements.print(method.body()))
                .build());
    }

    /** Adds the dispatcher, by the method that each number runs. */
    public void dispatch(Map<Integer, String> cases) {
        type.addMethod(run(cases));
    }

    /** Adds the species of vectors of so many bits, and the classes of the vectors. */
    public void species(String name, String element, int bits) {
        type.addField(
                FieldSpec.builder(JavaTypes.VECTOR_SPECIES, name, Modifier.STATIC, Modifier.FINAL)
                        .initializer("$T.SPECIES_$L", JavaTypes.vectorOf(element), bits)
                        .build());
    }

    /** Adds the class of a species' vectors, by which the JVM is told what it may have lost. */
    void vectorType(String name, String species) {
        type.addField(FieldSpec.builder(Class.class, name, Modifier.STATIC, Modifier.FINAL)
                .initializer("$L.vectorType()", species)
                .build());
    }

    /** Adds methods that no program states. */
    void add(Collection<MethodSpec> methods) {
        methods.forEach(type::addMethod);
    }

    /** The compilation unit. */
    public String print(String packageName) {
        return JavaFile.builder(packageName, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private MethodSpec run(Map<Integer, String> cases) {
        CodeBlock.Builder code = CodeBlock.builder().beginControlFlow("switch (method)");
        cases.forEach((number, method) -> code.add("case $L:\n$>", number)
                .addStatement("$L($L)", method, kind.parameter())
                .addStatement("break")
                .add("$<"));
        code.add("default:\n$>")
                .addStatement("throw new IllegalArgumentException()")
                .add("$<")
                .endControlFlow();
        return MethodSpec.methodBuilder("run")
                .addModifiers(Modifier.PUBLIC)
                .addParameter(TypeName.INT, "method")
                .addParameter(kind.argument(), kind.parameter())
                .addCode(code.build())
                .build();
    }
}
