package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @ParameterizedTest
    @ValueSource(strings = {"train", "explain", "export", "conformance", "bench", "info"})
    void everyCommandHasHelp(String command) {
        String help = Ran.of(command, "--help").succeeded().out();
        assertTrue(help.startsWith("Usage: fusegrad " + command), help);
    }

    @Test
    void helpListsCommandsAndExitCodes() {
        String help = Ran.of("--help").succeeded().out();
        for (String word :
                new String[] {"train", "explain", "conformance", "bench", "Exit codes"}) {
            assertTrue(help.contains(word), help);
        }
    }

    @Test
    void tellsItsVersion() {
        assertTrue(Ran.of("--version").succeeded().out().startsWith("fusegrad "));
    }

    @Test
    void tellsAboutTheMachine() {
        String info = Ran.of("info", "--backend", "interpreter", "--threads", "3")
                .succeeded()
                .out();
        assertTrue(info.contains("backend            interpreter"), info);
        assertTrue(info.contains("threads            3"), info);
        assertTrue(info.contains("vectors"), info);
    }

    @Test
    void wantsACommand() {
        Ran.of().failed(2, "give a command: train, doctor, explain, ");
        Ran.of("frobnicate").failed(2, "Unmatched argument");
        Ran.of("info", "--frobnicate").failed(2, "Unknown option");
    }

    @Test
    void faultsOfTheProgramAreOneLineUnlessVerbose() {
        Exception fault = new IllegalStateException("broken\nin two lines");
        StringWriter terse = new StringWriter();
        new Failures(new PrintWriter(terse), () -> false).execution(fault, null, null);
        assertEquals(1, terse.toString().lines().count());
        assertTrue(terse.toString().contains("broken in two lines (--verbose shows where)"));
        StringWriter verbose = new StringWriter();
        new Failures(new PrintWriter(verbose), () -> true).execution(fault, null, null);
        assertTrue(verbose.toString().contains("at org.fusegrad.cli.MainTest"));
    }

    @Test
    void errorsThatAreNoExceptionsAreOneLineToo() {
        StringWriter err = new StringWriter();
        Failures failures = new Failures(new PrintWriter(err), () -> false);
        int code = failures.guard(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertEquals(3, code);
        assertTrue(err.toString().startsWith("fusegrad: out of memory"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void filesThatCannotBeWrittenAreWrongInput() {
        StringWriter err = new StringWriter();
        Exception denied = new UncheckedIOException(new AccessDeniedException("a/b"));
        assertEquals(
                2, new Failures(new PrintWriter(err), () -> false).execution(denied, null, null));
        assertEquals("fusegrad: a/b: permission denied", err.toString().strip());
        assertFalse(err.toString().contains("Exception"));
    }

    @Test
    void aDiskThatFailsIsAFaultOfTheMachine() {
        StringWriter err = new StringWriter();
        Exception full = new FileSystemException("a/b", null, "No space left on device");
        assertEquals(
                3, new Failures(new PrintWriter(err), () -> false).execution(full, null, null));
        assertEquals("fusegrad: a/b: No space left on device", err.toString().strip());
    }

    @Test
    void outputThatIsLostIsNoSuccess() {
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        StringWriter err = new StringWriter();
        assertEquals(3, Main.run(new PrintWriter(full), new PrintWriter(err), "info"));
        assertTrue(err.toString().startsWith("fusegrad: what was printed"), err.toString());
    }
}
