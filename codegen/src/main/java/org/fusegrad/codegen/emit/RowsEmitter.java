package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.emit.StepEmitter.Form;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;

/** Emits a method that takes rows through a step, or each row through one step after the other. */
final class RowsEmitter {
    private final LoopKernel kernel;
    private final KernelNames names;
    private final FrameLocals locals = new FrameLocals();
    private final Handover handover;
    private final List<StepEmitter> steps;

    /**
     * Prepares a method.
     *
     * @param width lanes of a vector; 1 for scalar code
     */
    RowsEmitter(LoopKernel kernel, List<LoopStep> steps, KernelNames names, int width, Form form) {
        this.kernel = kernel;
        this.names = names;
        this.handover = form == Form.JOINED ? Handover.inside(kernel) : Handover.NONE;
        this.steps = steps.stream()
                .map(s -> new StepEmitter(kernel, s, names, width, form, locals, handover))
                .toList();
    }

    /** Its steps in order. */
    List<StepEmitter> steps() {
        return steps;
    }

    MethodSpec method(String name) {
        String listing = steps.stream().map(StepEmitter::listing).collect(Collectors.joining());
        return MethodSpec.methodBuilder(name)
                .addModifiers(Modifier.STATIC)
                .addParameter(Frame.class, "f")
                .addJavadoc("<pre>\n$L</pre>\n", listing)
                .addCode(body())
                .build();
    }

    private CodeBlock body() {
        CodeBlock.Builder code = CodeBlock.builder();
        code.addStatement("int n = f.n").addStatement("int rows = f.rows");
        steps.forEach(s -> s.prologue(code));
        if (steps.get(0).isColumns()) {
            steps.get(0).columns(code);
            return code.build();
        }
        code.beginControlFlow("for (int row = 0; row < rows; row++)");
        handover.declare(code, kernel.arrays(), names);
        for (StepEmitter s : steps) {
            code.add(steps.size() > 1 ? "{\n$>" : "");
            s.row(code);
            code.add(steps.size() > 1 ? "$<}\n" : "");
        }
        locals.advance(code);
        code.endControlFlow();
        steps.forEach(s -> s.end(code));
        return code.build();
    }
}
