package org.fusegrad.codegen.compile;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/**
 * Sizes of a class's methods, read from its class file. HotSpot never compiles a method of more
 * than
 * {@link #LIMIT} bytes; it would be interpreted for ever without a word.
 */
public final class BytecodeStats {
    /** HotSpot's limit. */
    public static final int LIMIT = 8000;

    private BytecodeStats() {}

    /** Bytes of code of the largest method; 0 for an empty class file. */
    public static int largestMethod(byte[] classFile) {
        if (classFile.length == 0) {
            return 0;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
            return read(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a class file: " + e.getMessage(), e);
        }
    }

    private static int read(DataInputStream in) throws IOException {
        in.skipBytes(8);
        String[] names = constants(in);
        in.skipBytes(6);
        in.skipBytes(2 * in.readUnsignedShort());
        members(in, names);
        return members(in, names);
    }

    private static String[] constants(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        String[] names = new String[count];
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> names[i] = in.readUTF();
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipBytes(4);
                case 5, 6 -> {
                    in.skipBytes(8);
                    i++;
                }
                case 15 -> in.skipBytes(3);
                default -> in.skipBytes(2);
            }
        }
        return names;
    }

    private static int members(DataInputStream in, String[] names) throws IOException {
        int largest = 0;
        for (int m = in.readUnsignedShort(); m > 0; m--) {
            in.skipBytes(6);
            for (int a = in.readUnsignedShort(); a > 0; a--) {
                String name = names[in.readUnsignedShort()];
                int length = in.readInt();
                if (name.equals("Code")) {
                    in.skipBytes(4);
                    largest = Math.max(largest, in.readInt());
                    length -= 8;
                }
                in.skipNBytes(length);
            }
        }
        return largest;
    }
}
