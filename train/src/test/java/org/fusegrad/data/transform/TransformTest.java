package org.fusegrad.data.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TransformTest {
    private final RandomGenerator random = new SplittableRandom(1);

    /** Returns C x H x W of 1, 2, 3 ... */
    private static Image counted(int channels, int height, int width) {
        float[] values = new float[channels * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return new Image(channels, height, width, values);
    }

    private static Image colours(float... values) {
        return new Image(3, 1, values.length / 3, values);
    }

    static Stream<Transform> all() {
        return Stream.of(
                new Resize(5, 4),
                Resize.shorter(3),
                new CenterCrop(4),
                new CenterCrop(20, 3),
                new RandomCrop(5, 2),
                new RandomResizedCrop(6),
                new RandomHorizontalFlip(),
                new RandomVerticalFlip(),
                new ColorJitter(0.4, 0.4, 0.4, 0.1),
                Normalize.IMAGENET,
                new RandomErasing(),
                Compose.of(new RandomCrop(5, 2), new RandomErasing()));
    }

    @ParameterizedTest
    @MethodSource("all")
    void equalSeedsGiveEqualImagesAndTheSourceIsLeftAsItIs(Transform transform) {
        float[] values = new float[3 * 9 * 7];
        SplittableRandom noise = new SplittableRandom(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) noise.nextDouble();
        }
        Image image = new Image(3, 9, 7, values.clone());
        for (int seed = 0; seed < 20; seed++) {
            Image once = transform.apply(image, new SplittableRandom(seed));
            Image again = transform.apply(image, new SplittableRandom(seed));
            assertArrayEquals(once.values(), again.values());
            assertArrayEquals(values, image.values());
        }
    }

    @ParameterizedTest
    @CsvSource({"9,6,4,6,4", "6,9,4,4,6", "5,7,3,3,4", "7,5,3,4,3", "4,4,8,8,8"})
    void resizingTheShorterSideKeepsTheShape(int h, int w, int size, int outH, int outW) {
        Image out = Resize.shorter(size).apply(counted(2, h, w), random);
        assertEquals(outH + "x" + outW, out.size());
        assertEquals(2, out.channels());
    }

    @Test
    void resizingInterpolatesAndAverages() {
        Image pair = new Image(1, 1, 2, new float[] {0, 1});
        assertArrayEquals(
                new float[] {0, 0.25f, 0.75f, 1},
                new Resize(1, 4).apply(pair, random).values(),
                1e-7f);
        Image four = new Image(1, 1, 4, new float[] {0, 1, 2, 3});
        // Triangles of half width 2 around 1 and 3: weights 3, 3, 1 of 7 at each end.
        assertArrayEquals(
                new float[] {5 / 7f, 16 / 7f},
                new Resize(1, 2).apply(four, random).values(),
                1e-6f);
    }

    @Test
    void theMiddleIsCutOutOrGetsBorders() {
        // Of 3 columns the middle 2 begin at rint(0.5) = 0, of 4 rows at 1.
        Image cut = new CenterCrop(2).apply(counted(1, 4, 3), random);
        assertArrayEquals(new float[] {4, 5, 7, 8}, cut.values());
        Image wide = new CenterCrop(1, 4).apply(counted(1, 1, 1), random);
        assertArrayEquals(new float[] {0, 1, 0, 0}, wide.values());
    }

    @Test
    void randomCropsAreEverywhereEquallyOften() {
        Image image = counted(1, 2, 2);
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < 9000; i++) {
            float[] cut = new RandomCrop(2, 1).apply(image, random).values();
            seen.merge(Arrays.toString(cut), 1, Integer::sum);
        }
        assertEquals(9, seen.size());
        seen.values().forEach(count -> assertEquals(1000, count, 150));
        assertTrue(seen.containsKey("[0.0, 0.0, 0.0, 1.0]"), seen.toString());
        assertSame(image, new RandomCrop(2, 0).apply(image, random));
    }

    @Test
    void flipsMirrorAsOftenAsAsked() {
        Image image = counted(2, 2, 2);
        float[] sideways = {2, 1, 4, 3, 6, 5, 8, 7};
        float[] over = {3, 4, 1, 2, 7, 8, 5, 6};
        assertArrayEquals(
                sideways, new RandomHorizontalFlip(1).apply(image, random).values());
        assertArrayEquals(over, new RandomVerticalFlip(1).apply(image, random).values());
        assertSame(image, new RandomHorizontalFlip(0).apply(image, random));
        assertSame(image, new RandomVerticalFlip(0).apply(image, random));
        int flipped = 0;
        for (int i = 0; i < 4000; i++) {
            flipped += new RandomHorizontalFlip(0.25).apply(image, random) == image ? 0 : 1;
        }
        assertEquals(1000, flipped, 120);
    }

    @Test
    void aResizedCropHasTheShareAndShapeAskedFor() {
        // Values are the columns' positions, so a crop's ends tell where and how wide it was.
        float[] ramp = new float[100 * 100];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = i % 100;
        }
        Image image = new Image(1, 100, 100, ramp);
        double least = 1e9;
        double most = 0;
        for (int i = 0; i < 500; i++) {
            Image out = new RandomResizedCrop(50, 50, new Range(0.25, 0.25), new Range(0.5, 2))
                    .apply(image, random);
            assertEquals("50x50", out.size());
            double width = (out.values()[49] - out.values()[0]) * 50 / 49;
            least = Math.min(least, width);
            most = Math.max(most, width);
        }
        assertEquals(Math.sqrt(2500 * 0.5), least, 2);
        assertEquals(Math.sqrt(2500 * 2), most, 2);
    }

    @Test
    void aCropThatNeverFitsIsTheMiddleOfTheNearestShape() {
        RandomResizedCrop square = new RandomResizedCrop(1, 1, new Range(1, 1), new Range(1, 1));
        Image wide = new Image(1, 1, 5, new float[] {1, 2, 3, 4, 5});
        Image high = new Image(1, 5, 1, new float[] {1, 2, 3, 4, 5});
        assertArrayEquals(new float[] {3}, square.apply(wide, random).values());
        assertArrayEquals(new float[] {3}, square.apply(high, random).values());
    }

    @Test
    void erasingCoversTheShareAskedFor() {
        Image image = counted(2, 20, 20);
        RandomErasing quarter = new RandomErasing(1, new Range(0.25, 0.25), new Range(1, 1), -1);
        for (int i = 0; i < 50; i++) {
            float[] out = quarter.apply(image, random).values();
            for (int c = 0; c < 2; c++) {
                int erased = 0;
                for (int p = c * 400; p < c * 400 + 400; p++) {
                    erased += out[p] == -1 ? 1 : 0;
                }
                assertEquals(100, erased);
            }
        }
        assertSame(
                image,
                new RandomErasing(0, new Range(0.1, 0.1), new Range(1, 1), 0).apply(image, random));
        RandomErasing whole = new RandomErasing(1, new Range(1, 1), new Range(1, 1), 0);
        assertSame(image, whole.apply(image, random), "nothing as large as the image");
    }

    @Test
    void normalisingSubtractsAndDivides() {
        Image image = new Image(2, 1, 2, new float[] {0, 1, 2, 3});
        Normalize by = new Normalize(List.of(1.0, 2.0), List.of(2.0, 0.5));
        assertArrayEquals(new float[] {-0.5f, 0, 0, 2}, by.apply(image, random).values());
        assertThrows(IllegalArgumentException.class, () -> Normalize.IMAGENET.apply(image, random));
    }

    @Test
    void brightnessContrastAndSaturationMixWithBlackAndGreys() {
        float[] values = {0.2f, 0.4f, 0.6f, 0.8f, 1, 0};
        float[] bright = values.clone();
        Colors.brightness(bright, 1.5);
        assertArrayEquals(new float[] {0.3f, 0.6f, 0.9f, 1, 1, 0}, bright, 1e-6f);
        double first = 0.2989 * 0.2 + 0.587 * 0.6 + 0.114 * 1;
        double second = 0.2989 * 0.4 + 0.587 * 0.8;
        float[] flat = values.clone();
        Colors.contrast(flat, 3, 0);
        for (float value : flat) {
            assertEquals((first + second) / 2, value, 1e-6);
        }
        float[] grey = values.clone();
        Colors.saturation(grey, 0);
        float[] greys = {(float) first, (float) second};
        assertArrayEquals(
                new float[] {greys[0], greys[1], greys[0], greys[1], greys[0], greys[1]},
                grey,
                1e-6f);
    }

    @Test
    void aThirdOfTheCircleTurnsRedToGreenToBlue() {
        float[] values = colours(1, 0.5f, 0, 0.5f, 0, 0.5f).values();
        Colors.hue(values, 1 / 3.0);
        assertArrayEquals(new float[] {0, 0.5f, 1, 0.5f, 0, 0.5f}, values, 1e-6f);
        Colors.hue(values, 1 / 3.0);
        assertArrayEquals(new float[] {0, 0.5f, 0, 0.5f, 1, 0.5f}, values, 1e-6f);
        Colors.hue(values, -2 / 3.0);
        assertArrayEquals(new float[] {1, 0.5f, 0, 0.5f, 0, 0.5f}, values, 1e-6f);
    }

    @Test
    void noHueAndAFullTurnChangeNothing() {
        SplittableRandom noise = new SplittableRandom(8);
        float[] values = new float[300];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) noise.nextDouble();
        }
        for (double turn : new double[] {0, 1, -1}) {
            float[] turned = values.clone();
            Colors.hue(turned, turn);
            assertArrayEquals(values, turned, 1e-6f);
        }
    }

    @Test
    void jitterStaysWithinRangeAndChangesGreyOnlyInBrightnessAndContrast() {
        Image image = colours(0.2f, 0.9f, 0.5f, 0.4f, 0.1f, 0.7f);
        Image grey = new Image(1, 1, 2, new float[] {0.2f, 0.8f});
        for (int i = 0; i < 200; i++) {
            for (float v : new ColorJitter(2, 2, 2, 0.5).apply(image, random).values()) {
                assertTrue(v >= 0 && v <= 1, "value " + v);
            }
            assertArrayEquals(
                    grey.values(),
                    new ColorJitter(0, 0, 1, 0.5).apply(grey, random).values());
        }
        assertArrayEquals(
                image.values(), new ColorJitter(0, 0, 0, 0).apply(image, random).values());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        for (Runnable bad : List.<Runnable>of(
                () -> new Resize(0, 3),
                () -> Resize.shorter(0),
                () -> new Resize(3, -1),
                () -> new Resize(20_000, 1),
                () -> new CenterCrop(0),
                () -> new RandomCrop(3, -1),
                () -> new RandomResizedCrop(3, 3, new Range(0.5, 2), new Range(1, 1)),
                () -> new RandomResizedCrop(3, 3, new Range(0, 1), new Range(0, 1)),
                () -> new RandomHorizontalFlip(1.5),
                () -> new RandomVerticalFlip(Double.NaN),
                () -> new ColorJitter(-1, 0, 0, 0),
                () -> new ColorJitter(0, 0, 0, 0.6),
                () -> new Normalize(List.of(0.0), List.of(0.0)),
                () -> new Normalize(List.of(), List.of()),
                () -> new RandomErasing(2, new Range(0, 1), new Range(1, 1), 0),
                () -> new Range(2, 1),
                () -> new Range(0, Double.NaN),
                () -> new Image(1, 2, 2, new float[3]),
                () -> new RandomCrop(9, 0).apply(counted(1, 3, 3), random),
                () -> new ColorJitter(1, 0, 0, 0).apply(counted(2, 1, 1), random),
                () -> Resize.shorter(16_000).apply(counted(1, 1, 20_000), random))) {
            assertThrows(IllegalArgumentException.class, bad::run);
        }
    }
}
