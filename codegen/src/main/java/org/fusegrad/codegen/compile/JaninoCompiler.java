package org.fusegrad.codegen.compile;

import java.io.IOException;
import java.io.StringReader;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.InternalCompilerException;
import org.codehaus.janino.SimpleCompiler;
import org.codehaus.janino.util.ClassFile;
import org.fusegrad.run.KernelException;

/** Compiles with Janino: in memory, a few milliseconds a class. The only class that names it. */
public final class JaninoCompiler implements SourceCompiler {
    private static final int TARGET = 17;

    @Override
    public Compiled compile(String className, String source) {
        // An instance cooks once.
        SimpleCompiler compiler = new SimpleCompiler();
        compiler.setTargetVersion(TARGET);
        compiler.setSourceVersion(TARGET);
        compiler.setDebuggingInformation(true, true, false);
        compiler.setParentClassLoader(JaninoCompiler.class.getClassLoader());
        String file = className.substring(className.lastIndexOf('.') + 1) + ".java";
        try {
            compiler.cook(file, new StringReader(source));
            return KernelLoader.load(className, bytes(compiler, className));
        } catch (CompileException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            throw new KernelException(Listing.message(className, e.getMessage(), source, line), e);
        } catch (InternalCompilerException | IOException | LinkageError e) {
            throw new KernelException(
                    Listing.message(className, String.valueOf(e.getMessage()), source, 0), e);
        }
    }

    private static byte[] bytes(SimpleCompiler compiler, String className) {
        for (ClassFile file : compiler.getClassFiles()) {
            if (file.getThisClassName().equals(className)) {
                return file.toByteArray();
            }
        }
        return new byte[0];
    }
}
