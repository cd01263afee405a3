package org.fusegrad.codegen.compile;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.InternalCompilerException;
import org.codehaus.janino.ClassLoaderIClassLoader;
import org.codehaus.janino.IClassLoader;
import org.codehaus.janino.Parser;
import org.codehaus.janino.Scanner;
import org.codehaus.janino.UnitCompiler;
import org.codehaus.janino.util.ClassFile;
import org.fusegrad.run.KernelException;

/** Compiles with Janino: in memory, a few milliseconds a class. The only class that names it. */
public final class JaninoCompiler implements SourceCompiler {
    private static final int VERSION = 17;

    /**
     * What Janino knows of the classes that sources refer to. Finding it out again takes it a good
     * part of the time for a source; it is for one thread at a time.
     */
    private final Queue<IClassLoader> known = new ConcurrentLinkedQueue<>();

    @Override
    public Compiled compile(String className, String source) {
        IClassLoader types = known.poll();
        if (types == null) {
            types = new ClassLoaderIClassLoader(JaninoCompiler.class.getClassLoader());
        }
        String file = className.substring(className.lastIndexOf('.') + 1) + ".java";
        try {
            List<ClassFile> classes = compile(new Scanner(file, new StringReader(source)), types);
            known.add(types);
            return KernelLoader.load(className, bytes(classes, className));
        } catch (CompileException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            throw new KernelException(Listing.message(className, e.getMessage(), source, line), e);
        } catch (InternalCompilerException | IOException | LinkageError e) {
            throw new KernelException(
                    Listing.message(className, String.valueOf(e.getMessage()), source, 0), e);
        }
    }

    private static List<ClassFile> compile(Scanner source, IClassLoader types)
            throws CompileException, IOException {
        Parser parser = new Parser(source);
        parser.setSourceVersion(VERSION);
        UnitCompiler compiler = new UnitCompiler(parser.parseAbstractCompilationUnit(), types);
        compiler.setTargetVersion(VERSION);
        List<ClassFile> classes = new ArrayList<>();
        compiler.compileUnit(true, true, false, classes);
        return classes;
    }

    private static byte[] bytes(List<ClassFile> classes, String className) {
        return classes.stream()
                .filter(file -> file.getThisClassName().equals(className))
                .findFirst()
                .map(ClassFile::toByteArray)
                .orElse(new byte[0]);
    }
}
