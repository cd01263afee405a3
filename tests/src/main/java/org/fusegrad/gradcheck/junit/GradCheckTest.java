package org.fusegrad.gradcheck.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once for each combination of shapes, types, modes and backends. The method takes
 * a {@link GradCheckTrial} and hands it a function:
 *
 * <pre>{@code
 * @GradCheckTest(shapes = {"4, 3", "2, 3, 5"}, order = 2)
 * void swish(GradCheckTrial trial) {
 *     trial.check(x -> x.mul(x.sigmoid()));
 * }
 * }</pre>
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(GradCheckTrials.class)
@SuppressWarnings("exports") // the extension is JUnit's to make and nobody's to call
public @interface GradCheckTest {
    /**
     * Shapes of the inputs. The sizes of an axis are separated by commas, the inputs by semicolons:
     * {@code "4, 3; 3"} is a matrix and a vector, {@code ""} a scalar.
     */
    String[] shapes() default {"3, 4"};

    /** Types of the inputs. */
    DType[] dtypes() default {DType.FLOAT64};

    /** Whatever the test wants to tell apart, such as train and eval. */
    String[] modes() default {""};

    /** Backends; all that this JVM has by default. */
    String[] backends() default {};

    /** The highest derivative. */
    int order() default 1;

    /** Start of the random inputs, cotangents and directions. */
    long seed() default 20;
}
