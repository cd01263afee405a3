package org.fusegrad.codegen.contract;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.simd.SimdSupport;

/**
 * Emits tile methods. All sums of a tile are locals; the one loop runs over k, loads the columns'
 * factors, and multiplies them by each row's. Lanes are columns, so every element has a chain of
 * additions of its own in the order of k, and vectors of any width compute the bits of scalar code.
 */
final class TileEmitter {
    private static final ClassName VECTOR = ClassName.get(SimdSupport.MODULE, "FloatVector");

    private final TileSizes sizes;

    private TileEmitter(TileSizes sizes) {
        this.sizes = sizes;
    }

    private boolean isVector() {
        return sizes.lanes() > 1;
    }

    /** The source of the program for vectors of so many bits; 0 for scalar code. */
    static Source emit(String packageName, int bits) {
        TileSizes sizes = TileSizes.of(bits);
        String name = TileForms.id(bits).className(bits);
        String text = new TileEmitter(sizes).emit(packageName, name);
        return new Source(packageName + "." + name, text, sizes.lanes() > 1 ? 1 : 0, List.of());
    }

    private String emit(String packageName, String simpleName) {
        TypeSpec.Builder type = TypeSpec.classBuilder(simpleName)
                .addModifiers(Modifier.PUBLIC, Modifier.FINAL)
                .superclass(TileProgram.class)
                .addJavadoc("Tiles of contractions, generated; do not edit.\n");
        if (isVector()) {
            type.addField(species());
        }
        CodeBlock.Builder cases = CodeBlock.builder().beginControlFlow("switch (method)");
        for (int height : sizes.heights()) {
            for (int vectors : new int[] {1, sizes.vectors()}) {
                String name = "tile" + height + "x" + vectors;
                type.addMethod(tile(name, height, vectors));
                dispatch(cases, TileSizes.method(height, vectors), name);
            }
        }
        for (int taps : TileSizes.taps()) {
            type.addMethod(channels("channels" + taps, taps));
            dispatch(cases, TileSizes.channelMethod(taps), "channels" + taps);
        }
        cases.add("default:\n$>")
                .addStatement("throw new IllegalArgumentException()")
                .add("$<")
                .endControlFlow();
        type.addMethod(MethodSpec.methodBuilder("run")
                .addModifiers(Modifier.PUBLIC)
                .addParameter(TypeName.INT, "method")
                .addParameter(Tile.class, "t")
                .addCode(cases.build())
                .build());
        return JavaFile.builder(packageName, type.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build()
                .toString();
    }

    private FieldSpec species() {
        return FieldSpec.builder(
                        ClassName.get(SimdSupport.MODULE, "VectorSpecies"),
                        "S",
                        Modifier.STATIC,
                        Modifier.FINAL)
                .initializer("$T.SPECIES_$L", VECTOR, sizes.lanes() * 32)
                .build();
    }

    private static void dispatch(CodeBlock.Builder cases, int number, String method) {
        cases.add("case $L:\n$>", number)
                .addStatement("$L(t)", method)
                .addStatement("break")
                .add("$<");
    }

    private static MethodSpec.Builder method(String name) {
        return MethodSpec.methodBuilder(name)
                .addModifiers(Modifier.STATIC)
                .addParameter(Tile.class, "t");
    }

    private MethodSpec tile(String name, int height, int vectors) {
        CodeBlock.Builder code = CodeBlock.builder();
        operands(code);
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                code.addStatement(
                        "$T $L = $L", type(), sum(i, j), isVector() ? "FloatVector.zero(S)" : "0f");
            }
        }
        code.beginControlFlow("for (int k = 0; k < depth; k++)");
        code.addStatement("int q = lines[first + k] + bAt");
        for (int j = 0; j < vectors; j++) {
            code.addStatement("$T b$L = $L", type(), j, load("b", "q + " + j * sizes.lanes()));
        }
        for (int i = 0; i < height; i++) {
            String element = "a[aAt + k * " + sizes.height() + " + " + i + "]";
            code.addStatement(
                    "$T a$L = $L",
                    type(),
                    i,
                    isVector() ? "FloatVector.broadcast(S, " + element + ")" : element);
            for (int j = 0; j < vectors; j++) {
                code.addStatement("$L = $L", sum(i, j), fma("a" + i, "b" + j, sum(i, j)));
            }
        }
        code.endControlFlow();
        code.beginControlFlow("if (t.add)");
        stores(code, height, vectors, true);
        code.nextControlFlow("else");
        stores(code, height, vectors, false);
        code.endControlFlow();
        return method(name)
                .addCode(code.build())
                .addJavadoc("$L row(s) by $L column(s).\n", height, vectors * sizes.lanes())
                .build();
    }

    /**
     * Lanes are channels, and each has a factor of its own for every tap: no product of matrices.
     */
    private MethodSpec channels(String name, int taps) {
        CodeBlock.Builder code = CodeBlock.builder();
        operands(code);
        code.addStatement("int aStep = t.aStep").addStatement("int bStep = t.bStep");
        int vectors = sizes.vectors();
        for (int i = 0; i < taps; i++) {
            for (int j = 0; j < vectors; j++) {
                code.addStatement("$T $L = $L", type(), sum(i, j), load("c", at(i, j)));
            }
        }
        code.beginControlFlow("for (int k = 0; k < depth; k++)");
        code.addStatement("int p = aAt + k * aStep").addStatement("int q = lines[first + k] + bAt");
        for (int j = 0; j < vectors; j++) {
            code.addStatement("$T a$L = $L", type(), j, load("a", "p + " + j * sizes.lanes()));
        }
        for (int i = 0; i < taps; i++) {
            for (int j = 0; j < vectors; j++) {
                String factor = load("b", "q + " + i + " * bStep + " + j * sizes.lanes());
                code.addStatement("$L = $L", sum(i, j), fma("a" + j, factor, sum(i, j)));
            }
        }
        code.endControlFlow();
        stores(code, taps, vectors, false);
        return method(name)
                .addCode(code.build())
                .addJavadoc("$L tap(s) of $L channel(s).\n", taps, vectors * sizes.lanes())
                .build();
    }

    private static void operands(CodeBlock.Builder code) {
        code.addStatement("float[] a = t.a")
                .addStatement("float[] b = t.b")
                .addStatement("float[] c = t.c")
                .addStatement("int[] lines = t.lines")
                .addStatement("int aAt = t.aAt")
                .addStatement("int bAt = t.bAt")
                .addStatement("int first = t.first")
                .addStatement("int depth = t.depth");
    }

    private void stores(CodeBlock.Builder code, int height, int vectors, boolean add) {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < vectors; j++) {
                String at = at(i, j);
                String total = sum(i, j);
                if (isVector()) {
                    String value = add ? load("c", at) + ".add(" + total + ")" : total;
                    code.addStatement("$L.intoArray(c, $L)", value, at);
                } else {
                    code.addStatement(
                            "c[$L] = $L", at, add ? load("c", at) + " + " + total : total);
                }
            }
        }
    }

    private String at(int row, int vector) {
        return "t.cAt + " + row + " * t.cStep + " + vector * sizes.lanes();
    }

    private TypeName type() {
        return isVector() ? VECTOR : TypeName.FLOAT;
    }

    private static String sum(int row, int vector) {
        return "s" + row + "_" + vector;
    }

    private String load(String array, String at) {
        return isVector()
                ? "FloatVector.fromArray(S, " + array + ", " + at + ")"
                : array + "[" + at + "]";
    }

    private String fma(String x, String y, String z) {
        return isVector()
                ? x + ".fma(" + y + ", " + z + ")"
                : "Math.fma(" + x + ", " + y + ", " + z + ")";
    }
}
