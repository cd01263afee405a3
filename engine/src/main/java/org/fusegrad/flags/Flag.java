package org.fusegrad.flags;

import java.util.Locale;
import java.util.function.Function;

/**
 * One setting: its name, type, default and meaning. Read from the system property
 * {@code fusegrad.NAME} or the environment variable {@code FUSEGRAD_NAME}, in this order.
 *
 * @param <T> type of the setting
 */
public final class Flag<T> {
    private final String name;
    private final String values;
    private final T defaultValue;
    private final boolean affectsCode;
    private final String doc;
    private final Function<String, T> parser;

    Flag(
            String name,
            String values,
            T byDefault,
            boolean affectsCode,
            String doc,
            Function<String, T> parser) {
        this.name = name;
        this.values = values;
        this.defaultValue = byDefault;
        this.affectsCode = affectsCode;
        this.doc = doc;
        this.parser = parser;
    }

    /** The system property. */
    public String property() {
        return "fusegrad." + name;
    }

    /** The environment variable. */
    public String variable() {
        return "FUSEGRAD_" + name.toUpperCase(Locale.ROOT);
    }

    /** What may be given. */
    public String values() {
        return values;
    }

    public T defaultValue() {
        return defaultValue;
    }

    /** Whether it changes generated code, and so belongs to the key of a kernel. */
    public boolean affectsCode() {
        return affectsCode;
    }

    public String doc() {
        return doc;
    }

    /**
     * The value in force.
     *
     * @throws IllegalArgumentException if it was set to something that is not among {@link #values}
     */
    public T get() {
        String text = System.getProperty(property());
        String from = property();
        if (text == null) {
            text = System.getenv(variable());
            from = variable();
        }
        return text == null ? defaultValue : parse(text, from);
    }

    /** Parses a value given elsewhere, such as on the command line. */
    public T parse(String text, String from) {
        try {
            T value = parser.apply(text.trim());
            if (value != null) {
                return value;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the one message that says what is accepted.
        }
        throw new IllegalArgumentException(from + "=" + text + ": give one of " + values);
    }
}
