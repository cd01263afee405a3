package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.fusegrad.checkpoint.MalformedFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns whatever goes wrong into one line and an exit code. */
final class Failures {
    /** Exit code of a check that failed and of a fault of the program. */
    static final int FAILED = 1;

    /** Exit code of wrong usage or input. */
    static final int WRONG_INPUT = 2;

    /** Exit code of what the machine could not do: disk, memory, output. */
    static final int MACHINE = 3;

    private final PrintWriter err;
    private final BooleanSupplier verbose;

    Failures(PrintWriter err, BooleanSupplier verbose) {
        this.err = err;
        this.verbose = verbose;
    }

    /** Picocli's handler of command lines that do not parse. */
    int usage(ParameterException e, String[] args) {
        // Some of its messages begin with a word that ours do without.
        return report(WRONG_INPUT, e.getMessage().replaceFirst("^Error: ", ""), e);
    }

    /** Picocli's handler of exceptions that a command throws. */
    int execution(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof CheckFailed) {
            return report(FAILED, e.getMessage(), e);
        } else if (e instanceof IllegalArgumentException && e.getMessage() != null) {
            return report(WRONG_INPUT, e.getMessage(), e);
        } else if (e instanceof IOException io) {
            return report(code(io), describe(io), e);
        } else if (e instanceof UncheckedIOException io) {
            return report(code(io.getCause()), describe(io.getCause()), e);
        }
        return internal(e);
    }

    /** Says that what the command printed did not arrive. */
    int outputLost() {
        String message = "what was printed could not be written; is the disk full?";
        return report(MACHINE, message, new IOException(message));
    }

    /** A file that is not there or not allowed is input; a disk that is full or fails is not. */
    private static int code(IOException e) {
        boolean input = e instanceof AccessDeniedException
                || e instanceof NoSuchFileException
                || e instanceof NotDirectoryException
                || e instanceof FileAlreadyExistsException
                || e instanceof DirectoryNotEmptyException
                || e instanceof FileSystemLoopException
                || e instanceof CharacterCodingException
                || e instanceof MalformedFileException;
        return input ? WRONG_INPUT : MACHINE;
    }

    /** Runs work whose errors, which are no exceptions, become one line too. */
    int guard(IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (OutOfMemoryError e) {
            String advice = "out of memory; take a smaller --batch, or give the JVM more with"
                    + " FUSEGRAD_JAVA_OPTS=-Xmx8g";
            return report(MACHINE, advice, e);
        } catch (AssertionError | StackOverflowError | LinkageError e) {
            return internal(e);
        }
    }

    private int internal(Throwable e) {
        String more = verbose.getAsBoolean() ? "" : " (--verbose shows where)";
        return report(FAILED, "internal error: " + e + more, e);
    }

    private int report(int code, String message, Throwable e) {
        String line =
                message.strip().lines().reduce((a, b) -> a + " " + b.strip()).orElse("");
        err.println("fusegrad: " + line);
        if (verbose.getAsBoolean()) {
            e.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    private static String describe(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        } else if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file or folder";
        } else if (e instanceof MalformedFileException) {
            return e.getMessage();
        } else if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getFile() + ": " + file.getReason();
        }
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
