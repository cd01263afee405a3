package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.fusegrad.data.transform.CenterCrop;
import org.fusegrad.data.transform.ColorJitter;
import org.fusegrad.data.transform.RandomCrop;
import org.fusegrad.data.transform.RandomErasing;
import org.fusegrad.data.transform.RandomHorizontalFlip;
import org.fusegrad.data.transform.Range;
import org.fusegrad.data.transform.Transform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataLoaderTest {
    private static final int SIDE = 3;
    private static final int VOLUME = SIDE * SIDE;

    /** Returns n images of 3x3 where image i holds the distinct pixels 9i+1 .. 9i+9 of label i. */
    private static Dataset numbered(int n) {
        byte[] pixels = new byte[n * VOLUME];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i + 1);
        }
        int[] labels = IntStream.range(0, n).toArray();
        List<String> names = IntStream.range(0, n).mapToObj(i -> "c" + i).toList();
        return Dataset.of("numbered", new Dataset.Shape(1, SIDE, SIDE), 255, pixels, labels, names);
    }

    private static long[] labels(Iterable<Batch> epoch) {
        List<Long> all = new ArrayList<>();
        epoch.forEach(batch -> Arrays.stream(batch.labels()).forEach(all::add));
        return all.stream().mapToLong(Long::longValue).toArray();
    }

    /** Returns the image of each label. */
    private static Map<Long, List<Integer>> images(Iterable<Batch> epoch) {
        Map<Long, List<Integer>> all = new TreeMap<>();
        for (Batch batch : epoch) {
            for (int i = 0; i < batch.count(); i++) {
                List<Integer> pixels = new ArrayList<>();
                for (int p = i * VOLUME; p < (i + 1) * VOLUME; p++) {
                    pixels.add(Math.round(batch.images()[p] * 255));
                }
                all.put(batch.labels()[i], pixels);
            }
        }
        return all;
    }

    @Test
    void keepsDataOrderAndGivesASmallerLastBatch() {
        DataLoader loader = DataLoader.builder(numbered(10), 4).build();
        assertEquals(3, loader.batches());
        List<Batch> batches = new ArrayList<>();
        loader.epoch(0).forEach(batches::add);
        assertEquals(List.of(4, 4, 2), batches.stream().map(Batch::count).toList());
        Batch last = batches.get(2);
        assertEquals(2 * VOLUME, last.images().length);
        assertArrayEquals(new long[] {8, 9}, last.labels());
        assertEquals(73 / 255f, last.images()[0], 1e-7f);
        assertEquals(SIDE, last.height());
        assertEquals(SIDE, last.width());
        assertEquals(1, last.channels());
    }

    @ParameterizedTest
    @CsvSource({"10,4,2", "12,4,3", "4,4,1"})
    void dropLastLeavesOutOnlyPartialBatches(int size, int batch, int batches) {
        DataLoader loader = DataLoader.builder(numbered(size), batch).dropLast().build();
        assertEquals(batches, loader.batches());
        assertEquals(batches * batch, labels(loader.epoch(0)).length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 50})
    void shuffledEpochsCoverEachImageOnceAndRepeat(int prefetch) {
        DataLoader loader = DataLoader.builder(numbered(28), 5)
                .shuffle()
                .seed(7)
                .prefetch(prefetch)
                .build();
        long[] first = labels(loader.epoch(0));
        assertArrayEquals(
                IntStream.range(0, 28).asLongStream().toArray(),
                Arrays.stream(first).sorted().toArray());
        Iterable<Batch> again = loader.epoch(0);
        assertArrayEquals(first, labels(again));
        assertArrayEquals(first, labels(again));
        assertNotEquals(Arrays.toString(first), Arrays.toString(labels(loader.epoch(1))));
        DataLoader plain = DataLoader.builder(numbered(28), 5).shuffle().seed(7).build();
        assertArrayEquals(first, labels(plain.epoch(0)));
    }

    @Test
    void seedAndEpochAreNotInterchangeable() {
        Dataset data = numbered(28);
        DataLoader zero = DataLoader.builder(data, 5).shuffle().seed(0).build();
        DataLoader one = DataLoader.builder(data, 5).shuffle().seed(1).build();
        assertFalse(Arrays.equals(labels(zero.epoch(1)), labels(one.epoch(0))));
    }

    @Test
    void permutationsAreUniform() {
        int[][] counts = new int[4][4];
        for (int seed = 0; seed < 40_000; seed++) {
            int[] order = Randomness.permutation(4, seed, 3);
            for (int place = 0; place < 4; place++) {
                counts[place][order[place]]++;
            }
        }
        for (int[] row : counts) {
            for (int count : row) {
                assertEquals(10_000, count, 500);
            }
        }
    }

    @Test
    void augmentationDependsOnSeedEpochAndSampleOnly() {
        Dataset data = numbered(28);
        Augmentation changes = new Augmentation(1, true);
        DataLoader ordered =
                DataLoader.builder(data, 5).augment(changes).seed(3).build();
        DataLoader shuffled = DataLoader.builder(data, 9)
                .augment(changes)
                .seed(3)
                .shuffle()
                .prefetch(2)
                .build();
        Map<Long, List<Integer>> first = images(ordered.epoch(4));
        assertEquals(first, images(shuffled.epoch(4)));
        assertNotEquals(first, images(ordered.epoch(5)));
        DataLoader other = DataLoader.builder(data, 5).augment(changes).seed(2).build();
        assertNotEquals(first, images(other.epoch(4)));
    }

    @Test
    void movesShiftPadWithBlackAndMirror() {
        Dataset data = numbered(1);
        float[] out = new float[VOLUME];
        Normalization scaled = Normalization.identity(1);
        data.fill(0, out, 0, scaled, new Augmentation.Move(1, -1, false));
        assertArrayEquals(new int[] {0, 4, 5, 0, 7, 8, 0, 0, 0}, pixels(out));
        data.fill(0, out, 0, scaled, new Augmentation.Move(0, 0, true));
        assertArrayEquals(new int[] {3, 2, 1, 6, 5, 4, 9, 8, 7}, pixels(out));
        data.fill(0, out, 0, scaled, new Augmentation.Move(1, -1, true));
        assertArrayEquals(new int[] {5, 4, 0, 8, 7, 0, 0, 0, 0}, pixels(out));
        data.fill(0, out, 0, scaled, new Augmentation.Move(-9, 9, true));
        assertArrayEquals(new int[VOLUME], pixels(out));
    }

    private static int[] pixels(float[] values) {
        return IntStream.range(0, values.length)
                .map(i -> Math.round(values[i] * 255))
                .toArray();
    }

    @Test
    void movesCoverTheirWholeRange() {
        Augmentation changes = new Augmentation(2, true);
        Map<Augmentation.Move, Integer> seen = new HashMap<>();
        for (int i = 0; i < 5000; i++) {
            Augmentation.Move move = changes.move(1, 0, i);
            assertTrue(Math.abs(move.down()) <= 2 && Math.abs(move.right()) <= 2);
            seen.merge(move, 1, Integer::sum);
        }
        assertEquals(50, seen.size());
        seen.values().forEach(count -> assertEquals(100, count, 50));
        assertEquals(Augmentation.Move.STILL, Augmentation.none().move(1, 0, 0));
    }

    @Test
    void blackPaddingIsNormalised() {
        float[] out = new float[VOLUME];
        Normalization values = new Normalization(List.of(0.5), List.of(0.25));
        numbered(1).fill(0, out, 0, values, new Augmentation.Move(3, 0, false));
        assertEquals(-2f, out[0]);
    }

    @Test
    void refusesBadSettingsNamingTheNumbers() {
        Dataset data = numbered(10);
        String message = assertThrows(DataException.class, () -> DataLoader.builder(data, 11))
                .getMessage();
        assertTrue(message.contains("11") && message.contains("10 images"), message);
        assertThrows(DataException.class, () -> DataLoader.builder(data, 0));
        DataLoader.Builder builder = DataLoader.builder(data, 5);
        assertThrows(DataException.class, () -> builder.prefetch(-1));
        Normalization colour = Normalization.identity(3);
        assertThrows(DataException.class, () -> builder.normalize(colour));
        assertThrows(DataException.class, () -> builder.build().epoch(-1));
        assertThrows(DataException.class, () -> new Augmentation(-1, true));
    }

    @Test
    void prefetchPassesFaultsOnAndEnds() {
        Iterator<Integer> items = new Prefetch<>(
                3,
                i -> {
                    if (i == 1) {
                        throw new DataException("item 1 is bad");
                    }
                    return i;
                },
                2,
                1);
        assertEquals(0, items.next());
        assertEquals(
                "item 1 is bad", assertThrows(DataException.class, items::next).getMessage());
        assertFalse(items.hasNext() && items.next() != 2);
        assertThrows(NoSuchElementException.class, new Prefetch<>(0, i -> i, 2, 1)::next);
    }

    @Test
    void abandonedPrefetchLeavesNoThread() throws InterruptedException {
        DataLoader loader = DataLoader.builder(numbered(28), 2).prefetch(3).build();
        loader.epoch(0).iterator().next();
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (prefetchThreads() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertEquals(0, prefetchThreads());
    }

    @Test
    void batchesAreTheSameForAnyNumberOfWorkersAndFromAnyBatchOn() {
        Transform changes = new RandomCrop(2, 1)
                .then(new RandomHorizontalFlip())
                .then(new ColorJitter(0.5, 0.5, 0, 0))
                .then(new RandomErasing(0.5, new Range(0.1, 0.3), new Range(0.5, 2), 0.5f));
        DataLoader.Builder builder =
                DataLoader.builder(numbered(28), 5).shuffle().seed(3).transform(changes);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<String> once = print(builder.workers(0).build().epoch(epoch, 0));
            assertEquals(6, once.size());
            for (int workers = 1; workers <= 5; workers++) {
                DataLoader loader = builder.workers(workers).build();
                assertEquals(once, print(loader.epoch(epoch)));
                for (int first = 0; first <= 6; first++) {
                    assertEquals(once.subList(first, 6), print(loader.epoch(epoch, first)));
                }
            }
        }
        DataLoader loader = builder.build();
        assertThrows(DataException.class, () -> loader.epoch(0, 7));
        assertThrows(DataException.class, () -> loader.epoch(0, -1));
        assertThrows(DataException.class, () -> builder.workers(65));
    }

    private static List<String> print(Iterable<Batch> batches) {
        List<String> all = new ArrayList<>();
        for (Batch batch : batches) {
            all.add(batch.columns()
                    + Arrays.toString(batch.images())
                    + Arrays.toString(batch.labels()));
        }
        return all;
    }

    @Test
    void transformsThatLeaveImagesOfSeveralSizesAreRefusedByName() {
        Transform odd = (image, random) ->
                new CenterCrop(image.values()[0] > 0.15f ? 2 : 3, 3).apply(image, random);
        DataLoader loader = DataLoader.builder(numbered(28), 7).transform(odd).build();
        String message = assertThrows(DataException.class, () -> loader.epoch(0).forEach(b -> {}))
                .getMessage();
        assertEquals(
                "numbered: image 5 is (1, 2, 3) after the transforms and the first image (1, 3, 3);"
                        + " end with a crop or a resize to one size",
                message);
        DataLoader.Builder both = DataLoader.builder(numbered(28), 7)
                .augment(new Augmentation(1, false))
                .transform(odd);
        assertThrows(DataException.class, both::build);
        Transform large = new RandomCrop(9, 1);
        DataLoader.Builder small = DataLoader.builder(numbered(28), 7).transform(large);
        message = assertThrows(DataException.class, small::build).getMessage();
        assertTrue(message.startsWith("numbered: image 0: RandomCrop: 9x9 does not fit"), message);
    }

    private static long prefetchThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("fusegrad-prefetch"))
                .count();
    }

    @Test
    void waitingForAPrefetchedBatchCanBeInterrupted() {
        Prefetch<Integer> slow = new Prefetch<>(
                1,
                i -> {
                    try {
                        Thread.sleep(500);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return i;
                },
                1,
                1);
        Thread.currentThread().interrupt();
        assertThrows(DataException.class, slow::next);
        assertTrue(Thread.interrupted());
    }
}
