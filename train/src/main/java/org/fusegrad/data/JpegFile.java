package org.fusegrad.data;

import java.util.Optional;

/**
 * A JPEG file taken apart: of sequential or progressive Huffman coding with 8 bits, which is what
 * the JDK decodes.
 *
 * @param width columns as stored
 * @param height rows as stored
 * @param orientation of its Exif data
 * @param inks how four components are to be read as colours; empty for grey and RGB
 * @param bare tables, frame and scans behind one marker that says what the components are
 */
record JpegFile(int width, int height, Orientation orientation, Optional<Inks> inks, byte[] bare)
        implements ImageFile {}
