package org.fusegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.fusegrad.bench.jmh.NormCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Benchmark;

final class SuiteTest {
    @ParameterizedTest
    @EnumSource
    void everyJobNamesABenchAndItsParameters(Suite suite) throws ReflectiveOperationException {
        List<Job> jobs = suite.jobs(Selection.DEFAULT, false);
        assertFalse(jobs.isEmpty());
        assertEquals(jobs.size(), Set.copyOf(jobs).size(), "a job is there twice");
        for (Job job : jobs) {
            int dot = job.bench().lastIndexOf('.');
            Class<?> bench = Class.forName(job.bench().substring(0, dot));
            Method method = bench.getMethod(job.bench().substring(dot + 1));
            assertTrue(method.isAnnotationPresent(Benchmark.class), job::bench);
            for (String parameter : job.params().keySet()) {
                assertEquals(parameter, bench.getField(parameter).getName());
            }
        }
    }

    @Test
    void aQuickLookHasEachNormOnceOnEveryPath() {
        List<Job> jobs = Suite.NORMS.jobs(Selection.DEFAULT, true);
        assertEquals(
                Set.of(
                        "bn forward",
                        "bn forward+backward",
                        "bn+add+relu forward+backward",
                        "in forward+backward",
                        "gn:32 forward+backward",
                        "ln forward+backward",
                        "iebn forward+backward",
                        "mabn forward+backward"),
                jobs.stream().map(Job::work).collect(Collectors.toSet()));
        assertEquals(8 * 3, jobs.size());
    }

    @Test
    void aSelectionReplacesWhatIsUsual() {
        Selection some = new Selection(
                List.of("bn", "ln"),
                List.of("3x5x7x9", "33x17"),
                List.of("bfloat16"),
                List.of("NHWC"),
                List.of(7),
                List.of("fused"));
        List<Job> jobs = Suite.SHAPES.jobs(some, false);
        assertEquals(
                List.of(
                        "bn forward+backward 3x5x7x9 bfloat16 NHWC 7t fused",
                        "ln forward+backward 33x17 bfloat16 NC 7t fused"),
                jobs.stream().map(Job::toString).toList());
    }

    @Test
    void theCopyOfATensorIsTheSameForEveryPath() {
        List<Job> jobs = Suite.NORMS.jobs(Selection.DEFAULT, true);
        assertEquals(2, jobs.stream().map(Suite::copyOf).distinct().count());
    }

    @Test
    void aWorkingSetIsEveryTensorOfTheInputsSize() {
        assertEquals(2, new NormCase("bn", false, "2x3x4x5", "float32", "NCHW").tensors());
        assertEquals(4, new NormCase("bn", true, "2x3x4x5", "float32", "NCHW").tensors());
        NormCase adds = new NormCase(NormCase.BN_ADD_RELU, true, "2x3x4x5", "float32", "NCHW");
        assertEquals(6, adds.tensors());
        Job ofTwo = Suite.NORMS.jobs(Selection.DEFAULT, true).get(0);
        assertEquals(Suite.copyOf(ofTwo), Suite.copyOfWorkingSet(ofTwo));
    }
}
