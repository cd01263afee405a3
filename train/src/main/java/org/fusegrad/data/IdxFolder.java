package org.fusegrad.data;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of an image set's four files: a folder, and what their names begin with. MNIST and
 * Fashion-MNIST have no such prefix; EMNIST's sets share a folder, as {@code
 * emnist-letters-train-images-idx3-ubyte.gz}, and so does QMNIST.
 *
 * @param directory the folder
 * @param prefix the beginning of the names, with its hyphen; may be empty
 */
record IdxFolder(Path directory, String prefix) {
    private static final Pattern NAME = Pattern.compile(
            "(.+-)?(?:train|t10k|test)-(?:images|labels)[-.]idx\\d(?:-[a-z]+)?(?:\\.gz)?");

    /** Returns the set a path names: a folder, or a folder and the prefix of one of its sets. */
    static Optional<IdxFolder> at(Path path) {
        if (Files.isDirectory(path)) {
            TreeSet<String> prefixes = prefixes(path);
            if (prefixes.size() > 1 && !prefixes.contains("")) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s holds the sets %s; name one, as %s",
                        path,
                        prefixes,
                        path.resolve(bare(prefixes.first()))));
            }
            return prefixes.stream().findFirst().map(prefix -> new IdxFolder(path, prefix));
        }
        Path parent = path.toAbsolutePath().getParent();
        Path last = path.getFileName();
        return parent == null || last == null || !Files.isDirectory(parent)
                ? Optional.empty()
                : prefixes(parent).stream()
                        .filter(prefix -> bare(prefix).equals(last.toString()))
                        .findFirst()
                        .map(prefix -> new IdxFolder(parent, prefix));
    }

    private static String bare(String prefix) {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    private static TreeSet<String> prefixes(Path directory) {
        TreeSet<String> found = new TreeSet<>();
        for (Path file : files(directory)) {
            Matcher name = NAME.matcher(lower(file));
            if (name.matches()) {
                int length = name.group(1) == null ? 0 : name.group(1).length();
                found.add(file.getFileName().toString().substring(0, length));
            }
        }
        return found;
    }

    private static List<Path> files(Path directory) {
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(directory, Files::isRegularFile)) {
            TreeMap<String, Path> byName = new TreeMap<>();
            all.forEach(file -> byName.put(file.getFileName().toString(), file));
            return List.copyOf(byName.values());
        } catch (IOException | DirectoryIteratorException e) {
            throw new DataException(directory + " cannot be listed; check its permissions", e);
        }
    }

    private static String lower(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    /** Whether all four files are there. */
    boolean complete() {
        return Idx.PARTS.stream()
                .allMatch(part ->
                        find(part, "images").isPresent() && find(part, "labels").isPresent());
    }

    /** Returns the file of {@code train} or {@code t10k}, with {@code images} or {@code labels}. */
    Path require(String part, String kind) {
        return find(part, kind).orElseThrow(() -> {
            String name = String.format(
                    Locale.ROOT,
                    "%s%s-%s-idx%d-ubyte",
                    prefix,
                    part,
                    kind,
                    kind.equals("images") ? 3 : 1);
            return new DataException(String.format(
                    Locale.ROOT,
                    "%s has neither %s nor %s.gz; put one of them there",
                    directory,
                    name,
                    name));
        });
    }

    /* MNIST calls its held-out part t10k, EMNIST test. Of several files for the same, the one
     * spelled as by MNIST's authors comes first, and plain before compressed. */
    private Optional<Path> find(String part, String kind) {
        String parts = part.equals("train") ? "train" : "(?:t10k|test)";
        Pattern name = Pattern.compile(Pattern.quote(prefix.toLowerCase(Locale.ROOT)) + parts + "-"
                + kind + "[-.]idx\\d(?:-[a-z]+)?(?:\\.gz)?");
        return files(directory).stream()
                .filter(file -> name.matcher(lower(file)).matches())
                .min(Comparator.comparing((Path file) -> lower(file).contains("test-"))
                        .thenComparing(file -> lower(file).contains(kind + "."))
                        .thenComparing(file -> lower(file).endsWith(".gz"))
                        .thenComparing(Comparator.naturalOrder()));
    }
}
