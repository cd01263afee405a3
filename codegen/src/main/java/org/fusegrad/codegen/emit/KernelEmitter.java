package org.fusegrad.codegen.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.emit.StepEmitter.Form;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;

/**
 * Emits the class of a kernel: one short static method for each step, perhaps one that takes rows
 * through all steps, and a dispatcher. Types are named in full or imported from the packages
 * generated code may use, and nothing newer than what Janino compiles is written: no lambdas, no
 * {@code var}, typed locals, plain loops.
 */
public final class KernelEmitter {
    /** Package of generated classes. */
    public static final String PACKAGE = "org.fusegrad.generated";

    private static final List<String> VECTOR_API = List.of(
            "DoubleVector",
            "FloatVector",
            "IntVector",
            "ShortVector",
            "VectorMask",
            "VectorOperators");

    /**
     * A kernel's source.
     *
     * @param className fully qualified
     * @param text the compilation unit
     * @param vectorSteps steps that were emitted with vectors
     */
    public record Source(String className, String text, int vectorSteps) {}

    private final LoopKernel kernel;
    private final KernelNames names;
    private final int bits;
    private int vectorSteps;

    private KernelEmitter(LoopKernel kernel, int bits) {
        this.kernel = kernel;
        this.names = new KernelNames(kernel.graph());
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

    /** Whether any step is emitted with vectors; if none is, all widths have the scalar form. */
    public static boolean suitsVectors(LoopKernel kernel) {
        KernelEmitter emitter = new KernelEmitter(kernel, 128);
        return kernel.steps().stream()
                .flatMap(step -> emitter.rows(step, 4, Form.PLAIN).steps().stream())
                .anyMatch(StepEmitter::isVector);
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
        CodeBlock.Builder cases = CodeBlock.builder().beginControlFlow("switch (method)");
        for (LoopStep step : kernel.steps()) {
            RowsEmitter rows = rows(step, bits / 32, Form.PLAIN);
            StepEmitter plain = rows.steps().get(0);
            String name = "step" + step.number();
            vectorSteps += plain.isVector() ? 1 : 0;
            type.addMethod(rows.method(name));
            dispatch(cases, RowProgram.rows(step.number()), name);
            if (step.columns() > 0) {
                dispatch(cases, RowProgram.columns(step.number()), columns(type, step, plain));
            }
            if (plain.sums().needsExact()) {
                type.addMethod(rows(step, 1, Form.EXACT).method(name + "Exact"));
                dispatch(cases, RowProgram.exact(step.number()), name + "Exact");
            }
            if (plain.sums().isMixed()) {
                type.addMethod(rows(step, 1, Form.RETRY).method(name + "Retry"));
            }
        }
        kernel.joined().ifPresent(joined -> join(type, cases, joined));
        type.addMethod(run(cases));
        if (vectorSteps > 0) {
            String text = type.build().toString();
            type.addField(species("S", "Float", bits));
            if (text.contains("trees(f")) {
                type.addMethod(LaneTree.loop());
                type.addMethod(LaneTree.method(bits));
                type.addField(species("D", "Double", bits));
                type.addField(species("F", "Float", bits / 2));
                type.addField(vectorType("VD", "D"));
                type.addField(vectorType("VF", "F"));
            }
            if (text.contains("IntVector")) {
                type.addField(species("I", "Int", bits));
                type.addField(vectorType("VI", "I"));
            }
            if (text.contains("ShortVector")) {
                type.addField(species("H", "Short", bits / 2));
                type.addField(vectorType("VH", "H"));
            }
            type.addField(vectorType("V", "S"));
        }
        String text = JavaFile.builder(packageName, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
        return new Source(packageName + "." + simpleName, withImports(text), vectorSteps);
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

    /** The name of the method that runs a step down columns: with short vector loops its own. */
    private String columns(TypeSpec.Builder type, LoopStep step, StepEmitter plain) {
        String name = "step" + step.number();
        if (!plain.isVector() || !plain.vectors().mayRepeat()) {
            return name;
        }
        type.addMethod(rows(step, bits / 32, Form.COLUMNS).method(name + "Columns"));
        return name + "Columns";
    }

    /** One method for all steps that a row goes through, if vectors do. */
    private void join(TypeSpec.Builder type, CodeBlock.Builder cases, LoopStep joined) {
        RowsEmitter rows = new RowsEmitter(kernel, kernel.inside(), names, bits / 32, Form.JOINED);
        if (rows.steps().stream().allMatch(StepEmitter::joins)) {
            type.addMethod(rows.method("joined"));
            dispatch(cases, RowProgram.rows(joined.number()), "joined");
            type.addMethod(MethodSpec.methodBuilder("joins")
                    .addAnnotation(Override.class)
                    .addModifiers(Modifier.PUBLIC)
                    .returns(TypeName.BOOLEAN)
                    .addStatement("return true")
                    .build());
        }
    }

    private RowsEmitter rows(LoopStep step, int width, Form form) {
        return new RowsEmitter(kernel, List.of(step), names, width, form);
    }

    private static void dispatch(CodeBlock.Builder cases, int label, String method) {
        cases.add("case $L:\n$>", label)
                .addStatement("$L(f)", method)
                .addStatement("break")
                .add("$<");
    }

    private static MethodSpec run(CodeBlock.Builder cases) {
        CodeBlock body = cases.add("default:\n$>")
                .addStatement("throw new IllegalArgumentException()")
                .add("$<")
                .endControlFlow()
                .build();
        return MethodSpec.methodBuilder("run")
                .addModifiers(Modifier.PUBLIC)
                .addParameter(TypeName.INT, "method")
                .addParameter(Frame.class, "f")
                .addCode(body)
                .build();
    }

    private static FieldSpec species(String name, String element, int size) {
        TypeName type = ClassName.get(SimdSupport.MODULE, "VectorSpecies");
        return FieldSpec.builder(type, name, Modifier.STATIC, Modifier.FINAL)
                .initializer("$LVector.SPECIES_$L", element, size)
                .build();
    }

    /** The class of a species' vectors, by which the JVM is told what it may have lost. */
    private static FieldSpec vectorType(String name, String species) {
        return FieldSpec.builder(Class.class, name, Modifier.STATIC, Modifier.FINAL)
                .initializer("$L.vectorType()", species)
                .build();
    }

    /** Imports of what the statements name as text. */
    private String withImports(String text) {
        StringBuilder imports = new StringBuilder();
        if (vectorSteps > 0) {
            for (String name : VECTOR_API) {
                if (text.contains(name)) {
                    imports.append("import ")
                            .append(SimdSupport.MODULE)
                            .append('.')
                            .append(name)
                            .append(";\n");
                }
            }
        }
        for (String name : new String[] {"Doubles", "Floats", "Half", "Longs"}) {
            if (text.contains(name + ".")) {
                imports.append("import org.fusegrad.math.").append(name).append(";\n");
            }
        }
        int at = text.indexOf(";\n") + 2;
        return text.substring(0, at) + "\n" + imports + text.substring(at);
    }
}
