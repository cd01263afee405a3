package org.fusegrad.codegen.emit;

import com.palantir.javapoet.ArrayTypeName;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.TypeName;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.math.Doubles;
import org.fusegrad.math.Floats;
import org.fusegrad.math.Longs;
import org.fusegrad.type.DType;

/** The Java types and classes that generated code names; JavaPoet imports them. */
final class JavaTypes {
    static final ClassName FLOAT_VECTOR = vectorApi("FloatVector");
    static final ClassName DOUBLE_VECTOR = vectorApi("DoubleVector");
    static final ClassName INT_VECTOR = vectorApi("IntVector");
    static final ClassName SHORT_VECTOR = vectorApi("ShortVector");
    static final ClassName VECTOR_MASK = vectorApi("VectorMask");
    static final ClassName VECTOR_OPERATORS = vectorApi("VectorOperators");
    static final ClassName VECTOR_SPECIES = vectorApi("VectorSpecies");

    private JavaTypes() {}

    private static ClassName vectorApi(String name) {
        return ClassName.get(SimdSupport.MODULE, name);
    }

    /** The class of vectors of a type, as {@code Float}. */
    static ClassName vectorOf(String element) {
        return vectorApi(element + "Vector");
    }

    static TypeName of(Type type) {
        return switch (type) {
            case INT -> TypeName.INT;
            case LONG -> TypeName.LONG;
            case FLOAT -> TypeName.FLOAT;
            case DOUBLE -> TypeName.DOUBLE;
            case BOOLEAN -> TypeName.BOOLEAN;
            case SHORT -> TypeName.SHORT;
            case BYTE -> TypeName.BYTE;
            case FLOAT_ARRAY -> ArrayTypeName.of(TypeName.FLOAT);
            case INT_ARRAY -> ArrayTypeName.of(TypeName.INT);
            case FLOATS -> FLOAT_VECTOR;
            case INTS -> INT_VECTOR;
            case SHORTS -> SHORT_VECTOR;
            case MASK -> VECTOR_MASK;
        };
    }

    /** The array that elements of a type are stored in: truth values are bytes. */
    static TypeName array(DType dtype) {
        return ArrayTypeName.of(dtype == DType.BOOL ? TypeName.BYTE : of(Type.of(dtype)));
    }

    /** The class of the functions that make such an element. */
    static ClassName functions(Type type) {
        return ClassName.get(
                type == Type.LONG
                        ? Longs.class
                        : type == Type.DOUBLE ? Doubles.class : Floats.class);
    }

    /** The field that holds the species of a vector. */
    static String species(Type type) {
        return switch (type) {
            case INTS -> "I";
            case SHORTS -> "H";
            default -> "S";
        };
    }

    /** The field that holds the class of a vector. */
    static String vectorClass(Type type) {
        return switch (type) {
            case INTS -> "VI";
            case SHORTS -> "VH";
            default -> "V";
        };
    }
}
