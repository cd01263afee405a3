package org.fusegrad.codegen.export;

import com.google.common.collect.Lists;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import java.util.SortedMap;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.load.KernelRegistry;

/** Emits the registry of exported classes: a switch over keys, plain code without reflection. */
record RegistryEmitter(String packageName) {
    static final String NAME = "ExportedKernels";

    /** Programs in one method; the JVM loads no method of more than 64 kB. */
    private static final int PART = 500;

    /** The source of a registry of these programs, by key. */
    Source emit(SortedMap<String, Source> programs) {
        TypeSpec.Builder type = TypeSpec.classBuilder(NAME)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .addSuperinterface(KernelRegistry.class)
                .addJavadoc("The $L programs of this package.\n", programs.size())
                .addMethod(overriding("format", TypeName.INT)
                        .addStatement("return $L", KernelRegistry.FORMAT)
                        .build());
        CodeBlock.Builder find = CodeBlock.builder().addStatement("Object program = null");
        List<List<String>> parts = Lists.partition(List.copyOf(programs.keySet()), PART);
        for (int i = 0; i < parts.size(); i++) {
            find.beginControlFlow("if (program == null)")
                    .addStatement("program = part$L(key)", i)
                    .endControlFlow();
            type.addMethod(part("part" + i, parts.get(i), programs));
        }
        type.addMethod(overriding("program", ClassName.OBJECT)
                .addParameter(String.class, "key")
                .addCode(find.addStatement("return program").build())
                .build());
        String text = JavaFile.builder(packageName, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
        return new Source(packageName + "." + NAME, text, 0, List.of());
    }

    private static MethodSpec.Builder overriding(String name, TypeName type) {
        return MethodSpec.methodBuilder(name)
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC)
                .returns(type);
    }

    private static MethodSpec part(
            String name, List<String> keys, SortedMap<String, Source> programs) {
        CodeBlock.Builder cases = CodeBlock.builder().beginControlFlow("switch (key)");
        for (String key : keys) {
            String program = KernelExport.simpleName(programs.get(key));
            cases.add("case $S:\n$>", key)
                    .addStatement("return new $L()", program)
                    .add("$<");
        }
        cases.add("default:\n$>").addStatement("return null").add("$<").endControlFlow();
        return MethodSpec.methodBuilder(name)
                .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                .addParameter(String.class, "key")
                .returns(ClassName.OBJECT)
                .addCode(cases.build())
                .build();
    }
}
