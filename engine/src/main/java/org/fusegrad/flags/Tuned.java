package org.fusegrad.flags;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The unit and the meaning of a number of {@link Tuning}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Tuned {
    /** What is counted. */
    String unit();

    /** What the number decides. */
    String value();
}
