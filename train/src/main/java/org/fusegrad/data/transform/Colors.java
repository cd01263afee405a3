package org.fusegrad.data.transform;

/** Changes of colours within 0..1 in place: planes of red, green and blue, or one of grey. */
final class Colors {
    private static final int SECTORS = 6;

    private Colors() {}

    static void brightness(float[] values, double factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] = mix(values[i], 0, factor);
        }
    }

    static void contrast(float[] values, int channels, double factor) {
        int plane = values.length / channels;
        double sum = 0;
        for (int i = 0; i < plane; i++) {
            sum += channels == 1 ? values[i] : grey(values, i);
        }
        double mean = sum / plane;
        for (int i = 0; i < values.length; i++) {
            values[i] = mix(values[i], mean, factor);
        }
    }

    static void saturation(float[] values, double factor) {
        int plane = values.length / 3;
        for (int i = 0; i < plane; i++) {
            double grey = grey(values, i);
            for (int c = 0; c < 3; c++) {
                values[c * plane + i] = mix(values[c * plane + i], grey, factor);
            }
        }
    }

    /** Turns each pixel's hue by a share of the circle; its value and saturation (HSV) stay. */
    static void hue(float[] values, double turn) {
        int plane = values.length / 3;
        double[] rgb = new double[3];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[c] = values[c * plane + i];
            }
            turn(rgb, turn);
            for (int c = 0; c < 3; c++) {
                values[c * plane + i] = (float) rgb[c];
            }
        }
    }

    private static void turn(double[] rgb, double turn) {
        double high = Math.max(rgb[0], Math.max(rgb[1], rgb[2]));
        double low = Math.min(rgb[0], Math.min(rgb[1], rgb[2]));
        double chroma = high - low;
        if (chroma == 0) {
            return;
        }
        double sector;
        if (high == rgb[0]) {
            sector = (rgb[1] - rgb[2]) / chroma;
        } else if (high == rgb[1]) {
            sector = 2 + (rgb[2] - rgb[0]) / chroma;
        } else {
            sector = 4 + (rgb[0] - rgb[1]) / chroma;
        }
        double turned = sector + SECTORS * turn;
        rgb[0] = channel(turned + 5, high, chroma);
        rgb[1] = channel(turned + 3, high, chroma);
        rgb[2] = channel(turned + 1, high, chroma);
    }

    /* Red is full two sectors around hue 0, green around 2, blue around 4, with ramps between. */
    private static double channel(double place, double high, double chroma) {
        double k = place - SECTORS * Math.floor(place / SECTORS);
        return high - chroma * Math.max(0, Math.min(1, Math.min(k, 4 - k)));
    }

    private static double grey(float[] values, int i) {
        int plane = values.length / 3;
        return 0.2989 * values[i] + 0.587 * values[plane + i] + 0.114 * values[2 * plane + i];
    }

    private static float mix(double value, double other, double factor) {
        return (float) Math.max(0, Math.min(1, factor * value + (1 - factor) * other));
    }
}
