package org.fusegrad.flags;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The syntax of numbers by name, as in {@code grain=4096,l2=2097152}. */
final class NamedNumbers {
    private NamedNumbers() {}

    /**
     * Whole numbers from 1 by the names of a record's components.
     *
     * @return null if the text is nothing such
     */
    static Map<String, Integer> parse(Class<? extends Record> of, String text) {
        List<String> names = Arrays.stream(of.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        Map<String, Integer> all = new LinkedHashMap<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] both = part.split("=", -1);
            if (both.length != 2
                    || !names.contains(both[0])
                    || !both[1].matches("0*[1-9][0-9]{0,8}")) {
                return null;
            }
            all.put(both[0], Integer.parseInt(both[1]));
        }
        return all;
    }
}
