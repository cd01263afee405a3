package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Method;
import org.fusegrad.codegen.ir.Program;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.lower.Lowering;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;

/**
 * The printer of a kernel's class: the methods it was lowered to, the fields they need, and a
 * dispatcher. Nothing newer than what Janino compiles is written: no lambdas, no {@code var}, typed
 * locals, plain loops.
 */
public final class KernelEmitter {
    /** Package of generated classes. */
    public static final String PACKAGE = "org.fusegrad.generated";

    /**
     * A kernel's source.
     *
     * @param className fully qualified
     * @param text the compilation unit
     * @param vectorSteps steps that were emitted with vectors
     * @param passes what passes did to its methods, a line for each
     */
    public record Source(String className, String text, int vectorSteps, List<String> passes) {}

    private final LoopKernel kernel;
    private final KernelNames names;
    private final Program program;
    private final int bits;

    private KernelEmitter(LoopKernel kernel, int bits) {
        this.kernel = kernel;
        this.names = new KernelNames(kernel.graph());
        this.program = Lowering.of(kernel, bits);
        this.bits = bits;
    }

    /**
     * Emits a kernel.
     *
     * @param simpleName of the class
     * @param bits of a vector, 0 for scalar code
     */
    public static Source emit(LoopKernel kernel, String simpleName, int bits) {
        return new KernelEmitter(kernel, bits).emit(PACKAGE, simpleName, "generated; do not edit.");
    }

    /**
     * Emits a kernel as a class to be kept and read: with the whole formula in its comment.
     *
     * @param packageName of the class
     */
    public static Source export(
            LoopKernel kernel, String packageName, String simpleName, int bits) {
        KernelEmitter emitter = new KernelEmitter(kernel, bits);
        return emitter.emit(packageName, simpleName, emitter.formula());
    }

    private Source emit(String packageName, String simpleName, String comment) {
        TypeSpec.Builder type = TypeSpec.classBuilder(simpleName)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .superclass(RowProgram.class)
                .addJavadoc("Kernel $L, $L\n", simpleName, comment);
        program.methods().forEach(m -> type.addMethod(method(m)));
        if (program.joins()) {
            type.addMethod(joins());
        }
        type.addMethod(run());
        if (program.vectorSteps() > 0) {
            vectors(type);
        }
        String text = JavaFile.builder(packageName, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
        return new Source(
                packageName + "." + simpleName, text, program.vectorSteps(), program.log());
    }

    /** Every value of the graph, with the constants and sizes of the call it was made for. */
    private String formula() {
        StringBuilder text = new StringBuilder("exported; do not edit. Other sizes and constants\n"
                + "run on the same code.\n\n<pre>\n");
        for (Node c : kernel.constants()) {
            text.append(String.format(Locale.ROOT, "%-10s = %s%n", names.of(c), c.constValue()));
        }
        text.append(GraphPrinter.print(kernel.graph(), names.all()));
        return String.join("\n", text.toString().lines().toList()) + "\n</pre>";
    }

    private MethodSpec method(Method method) {
        String listing = method.listing().stream()
                .map(n -> names.of(n) + " = " + GraphPrinter.equation(n, names.all()) + "\n")
                .collect(Collectors.joining());
        return MethodSpec.methodBuilder(method.name())
                .addModifiers(Modifier.STATIC)
                .addParameter(Frame.class, "f")
                .addJavadoc("<pre>\n$L</pre>\n", listing)
                .addCode(new StmtPrinter(names).print(method.body()))
                .build();
    }

    private static MethodSpec joins() {
        return MethodSpec.methodBuilder("joins")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.BOOLEAN)
                .addStatement("return true")
                .build();
    }

    private MethodSpec run() {
        CodeBlock.Builder cases = CodeBlock.builder().beginControlFlow("switch (method)");
        program.cases()
                .forEach((number, method) -> cases.add("case $L:\n$>", number)
                        .addStatement("$L(f)", method)
                        .addStatement("break")
                        .add("$<"));
        cases.add("default:\n$>")
                .addStatement("throw new IllegalArgumentException()")
                .add("$<")
                .endControlFlow();
        return MethodSpec.methodBuilder("run")
                .addModifiers(Modifier.PUBLIC)
                .addParameter(TypeName.INT, "method")
                .addParameter(Frame.class, "f")
                .addCode(cases.build())
                .build();
    }

    /** Species and classes of the vectors that the methods use, and their trees over lanes. */
    private void vectors(TypeSpec.Builder type) {
        Set<Type> types = program.types();
        type.addField(species("S", "Float", bits));
        if (program.callees().contains(Callee.TREES)) {
            type.addMethod(LaneTree.loop());
            type.addMethod(LaneTree.method(bits));
            type.addField(species("D", "Double", bits));
            type.addField(species("F", "Float", bits / 2));
            type.addField(vectorType("VD", "D"));
            type.addField(vectorType("VF", "F"));
        }
        if (types.contains(Type.INTS)) {
            type.addField(species("I", "Int", bits));
            type.addField(vectorType("VI", "I"));
        }
        if (types.contains(Type.SHORTS)) {
            type.addField(species("H", "Short", bits / 2));
            type.addField(vectorType("VH", "H"));
        }
        type.addField(vectorType("V", "S"));
    }

    private static FieldSpec species(String name, String element, int size) {
        return FieldSpec.builder(JavaTypes.VECTOR_SPECIES, name, Modifier.STATIC, Modifier.FINAL)
                .initializer("$T.SPECIES_$L", JavaTypes.vectorOf(element), size)
                .build();
    }

    /** The class of a species' vectors, by which the JVM is told what it may have lost. */
    private static FieldSpec vectorType(String name, String species) {
        return FieldSpec.builder(Class.class, name, Modifier.STATIC, Modifier.FINAL)
                .initializer("$L.vectorType()", species)
                .build();
    }
}
