package org.fusegrad.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.fusegrad.flags.Flags;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However code is tuned, it computes the same bits: numbers of the machine decide speed alone. */
final class TunedTrainingTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "line=128,l1=1024,l2=8192,grain=64,tasks=1000,together=256,alignFrom=1,unroll=1,"
                        + "unrollSums=1,shared=1,columnUnroll=1,held=1,contractionGrain=100,"
                        + "contractionSplit=1,contractionBlock=5000,blockRows=7,blockColumns=9,"
                        + "blockResults=100,packed=2000,laidOut=10,copyGrain=10,depthwise=1,spins=1",
                "line=32,l1=1000000,l2=100000000,grain=1000000,tasks=1,together=10000000,"
                        + "alignFrom=100000000,unroll=200,unrollSums=100,shared=100,columnUnroll=3,"
                        + "held=100,contractionGrain=100000000,contractionSplit=900000000,"
                        + "contractionBlock=900000000,blockRows=5000,blockColumns=5000,"
                        + "blockResults=10000000,packed=100000000,laidOut=100000000,copyGrain=1000000"
            })
    void bitsDoNotDependOnIt(String tuning) throws Exception {
        TrainingProcess process = new TrainingProcess(
                TunedTraining.class,
                System.getProperty("java.class.path"),
                List.of("-D" + Flags.TUNING.property() + "=" + tuning),
                folder);
        assertEquals(TrainingBitsTest.golden(), process.hashes(0));
        if (TrainingProcess.BITS > 0) {
            assertEquals(TrainingBitsTest.golden(), process.hashes(TrainingProcess.BITS));
        }
    }
}
