package org.fusegrad.codegen.emit;

import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
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
 * The printer of a kernel's class: the methods it was lowered to, and the fields they need.
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

    private static final ClassPrinter.Kind KIND =
            new ClassPrinter.Kind(RowProgram.class, Frame.class, "f");

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
        ClassPrinter printer = new ClassPrinter(
                KIND, simpleName, "Kernel " + simpleName + ", " + comment, names::of);
        program.methods().forEach(m -> printer.add(m, "<pre>\n" + listing(m) + "</pre>"));
        if (program.joins()) {
            printer.add(List.of(joins()));
        }
        printer.dispatch(program.cases());
        if (program.vectorSteps() > 0) {
            vectors(printer);
        }
        String text = printer.print(packageName);
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

    private String listing(Method method) {
        return method.listing().stream()
                .map(n -> names.of(n) + " = " + GraphPrinter.equation(n, names.all()) + "\n")
                .collect(Collectors.joining());
    }

    private static MethodSpec joins() {
        return MethodSpec.methodBuilder("joins")
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(TypeName.BOOLEAN)
                .addStatement("return true")
                .build();
    }

    /** Species and classes of the vectors that the methods use, and their trees over lanes. */
    private void vectors(ClassPrinter printer) {
        Set<Type> types = program.types();
        printer.species("S", "Float", bits);
        if (program.callees().contains(Callee.TREES)) {
            printer.add(List.of(LaneTree.loop(), LaneTree.method(bits)));
            printer.species("D", "Double", bits);
            printer.species("F", "Float", bits / 2);
            printer.vectorType("VD", "D");
            printer.vectorType("VF", "F");
        }
        if (types.contains(Type.INTS)) {
            printer.species("I", "Int", bits);
            printer.vectorType("VI", "I");
        }
        if (types.contains(Type.SHORTS)) {
            printer.species("H", "Short", bits / 2);
            printer.vectorType("VH", "H");
        }
        printer.vectorType("V", "S");
    }
}
