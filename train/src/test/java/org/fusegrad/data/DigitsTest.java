package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigitsTest {
    @Test
    void holdsTheDocumentedImages() {
        Dataset digits = Digits.load();
        assertEquals(1797, digits.size());
        assertEquals(new Dataset.Shape(1, 8, 8), digits.shape());
        assertArrayEquals(
                new int[] {178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, digits.classCounts());
        assertEquals(0, digits.label(0));
        assertArrayEquals(new byte[] {0, 0, 5, 13, 9, 1, 0, 0}, Arrays.copyOf(digits.image(0), 8));
    }

    @Test
    void splitKeepsClassSharesAndRepeats() {
        Dataset.Split parts = Digits.split();
        assertEquals(1797, parts.train().size() + parts.test().size());
        int[] all = Digits.load().classCounts();
        int[] train = parts.train().classCounts();
        for (int k = 0; k < 10; k++) {
            assertEquals(Math.round(0.8 * all[k]), train[k]);
        }
        assertArrayEquals(parts.train().labels(), Digits.train().labels());
        assertArrayEquals(parts.test().image(17), Digits.validation().image(17));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,2,3\n", "a,b\n", "17"})
    void refusesMalformedRows(String csv) {
        byte[] bytes = csv.getBytes(StandardCharsets.US_ASCII);
        DataException fault = assertThrows(
                DataException.class, () -> Digits.parse(new ByteArrayInputStream(bytes), 1));
        assertTrue(fault.getMessage().startsWith("digits: row 1 "), fault.getMessage());
    }

    @Test
    void refusesExtraRows() {
        String row = "0,".repeat(64) + "7\n";
        byte[] bytes = (row + row).getBytes(StandardCharsets.US_ASCII);
        assertThrows(DataException.class, () -> Digits.parse(new ByteArrayInputStream(bytes), 1));
    }
}
