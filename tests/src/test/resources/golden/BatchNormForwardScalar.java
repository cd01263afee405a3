package org.fusegrad.generated;

import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel BatchNormForwardScalar, generated; do not edit.
 */
public final class BatchNormForwardScalar extends RowProgram {
    /**
     * <pre>
     * t1 = mul x c0
     * t2 = fma x_2 c0 t1
     * t3 = mul x_3 c0
     * t4 = fma x_4 c0 t3
     * t5 = mul t4 c0
     * pivot = fma t2 c0 t5
     * </pre>
     */
    static void step0(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float c0 = (float) f.constants[0];
        float[] x_2Array = (float[]) f.arrays[1];
        int x_2At = f.at[1];
        int x_2Over = f.over[1];
        int x_2By = f.by[1];
        float[] xArray = (float[]) f.arrays[0];
        int xAt = f.at[0];
        int xOver = f.over[0];
        int xBy = f.by[0];
        float[] x_4Array = (float[]) f.arrays[3];
        int x_4At = f.at[3];
        int x_4Over = f.over[3];
        int x_4By = f.by[3];
        float[] x_3Array = (float[]) f.arrays[2];
        int x_3At = f.at[2];
        int x_3Over = f.over[2];
        int x_3By = f.by[2];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        int pivotBy = f.by[10];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                float x_2 = x_2Array[x_2At + i * x_2By];
                float x = xArray[xAt + i * xBy];
                float x_4 = x_4Array[x_4At + i * x_4By];
                float x_3 = x_3Array[x_3At + i * x_3By];
                float t1 = x * c0;
                float t2 = Math.fma(x_2, c0, t1);
                float t3 = x_3 * c0;
                float t4 = Math.fma(x_4, c0, t3);
                float t5 = t4 * c0;
                float pivot = Math.fma(t2, c0, t5);
                pivotArray[pivotAt + i * pivotBy] = pivot;
            }
            x_2At += x_2Over;
            xAt += xOver;
            x_4At += x_4Over;
            x_3At += x_3Over;
            pivotAt += pivotOver;
        }
    }

    /**
     * <pre>
     * t33 = add num_batches_tracked c5
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        long c5 = (long) f.constants[5];
        long[] num_batches_trackedArray = (long[]) f.arrays[7];
        int num_batches_trackedAt = f.at[7];
        int num_batches_trackedOver = f.over[7];
        int num_batches_trackedBy = f.by[7];
        long[] t33Array = (long[]) f.arrays[21];
        int t33At = f.at[21];
        int t33Over = f.over[21];
        int t33By = f.by[21];
        for (int row = 0; row < rows; row++) {
            long num_batches_tracked = num_batches_trackedArray[num_batches_trackedAt];
            for (int i = 0; i < n; i++) {
                long t33 = num_batches_tracked + c5;
                t33Array[t33At + i * t33By] = t33;
            }
            num_batches_trackedAt += num_batches_trackedOver;
            t33At += t33Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * t6 = sum[2] d
     * t9 = sum_mul[2] d d
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        double[] t6Array = (double[]) f.arrays[11];
        int t6At = f.at[11];
        int t6Over = f.over[11];
        double[] t9Array = (double[]) f.arrays[13];
        int t9At = f.at[13];
        int t9Over = f.over[13];
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            f.clear();
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                f.lanes[12 + (i & 31)] = f.lanes[12 + (i & 31)] + d;
                f.lanes[44 + (i & 31)] = Math.fma(d, d, f.lanes[44 + (i & 31)]);
            }
            double t6Sum = f.sum(12);
            double t9Sum = f.sum(44);
            if (!(Math.abs(t6Sum) <= Double.MAX_VALUE && Math.abs(t9Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t6Sum;
                f.sums[1] = t9Sum;
                f.at[4] = x_5At;
                f.at[10] = pivotAt;
                f.at[11] = t6At;
                f.at[13] = t9At;
                f.rows = 1;
                step2Exact(f);
            } else {
                t6Array[t6At] += t6Sum;
                t9Array[t9At] += t9Sum;
            }
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t9At += t9Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * t6 = sum[2] d
     * t9 = sum_mul[2] d d
     * </pre>
     */
    static void step2Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        double[] t6Array = (double[]) f.arrays[11];
        int t6At = f.at[11];
        int t6Over = f.over[11];
        double[] t9Array = (double[]) f.arrays[13];
        int t9At = f.at[13];
        int t9Over = f.over[13];
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            double t6Sum = 0;
            double t9Sum = 0;
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                t6Sum = t6Sum + d;
                t9Sum = Math.fma((double) d, (double) d, t9Sum);
            }
            t6Array[t6At] += Frame.orElse(f.sums[0], t6Sum);
            t9Array[t9At] += Frame.orElse(f.sums[1], t9Sum);
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t9At += t9Over;
        }
    }

    /**
     * <pre>
     * t7 = sum[0] t6
     * t10 = sum[0] t9
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t6Array = (double[]) f.arrays[11];
        int t6At = f.at[11];
        int t6Over = f.over[11];
        int t6By = f.by[11];
        double[] t9Array = (double[]) f.arrays[13];
        int t9At = f.at[13];
        int t9Over = f.over[13];
        int t9By = f.by[13];
        double[] t7Array = (double[]) f.arrays[12];
        int t7At = f.at[12];
        int t7Over = f.over[12];
        int t7By = f.by[12];
        double[] t10Array = (double[]) f.arrays[14];
        int t10At = f.at[14];
        int t10Over = f.over[14];
        int t10By = f.by[14];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t6 = t6Array[t6At + i * t6By];
                double t9 = t9Array[t9At + i * t9By];
                t7Array[t7At + i * t7By] = t7Array[t7At + i * t7By] + t6;
                t10Array[t10At + i * t10By] = t10Array[t10At + i * t10By] + t9;
            }
            t6At += t6Over;
            t9At += t9Over;
            t7At += t7Over;
            t10At += t10Over;
        }
    }

    /**
     * <pre>
     * shift = div t7 c1
     * t8 = neg shift
     * t11 = fma t8 t7 t10
     * t12 = cast[float64] pivot
     * t13 = add t12 shift
     * t14 = mul t13 t13
     * t15 = mul t14 c1
     * t16 = maximum t11 c2
     * t17 = le t15 t16
     * mean = cast[float32] t13
     * centre = where t17 c3 mean
     * t18 = cast[float64] centre
     * t19 = sub t12 t18
     * lo = add t19 shift
     * t21 = cast[float64] weight
     * t22 = div t16 c1
     * t23 = add t22 c4
     * t24 = sqrt t23
     * t25 = reciprocal t24
     * t26 = mul t21 t25
     * t27 = cast[float32] t26
     * t28 = neg lo
     * t29 = cast[float64] bias
     * t30 = fma t28 t26 t29
     * t31 = cast[float32] t30
     * t34 = mul running_mean c7
     * t35 = cast[float64] t34
     * t36 = fma t13 c6 t35
     * t37 = cast[float32] t36
     * t38 = mul running_var c7
     * t39 = cast[float64] t38
     * t40 = fma t22 c8 t39
     * t41 = cast[float32] t40
     * </pre>
     */
    static void step4(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        float c3 = (float) f.constants[3];
        double c4 = (double) f.constants[4];
        double c6 = (double) f.constants[6];
        float c7 = (float) f.constants[7];
        double c8 = (double) f.constants[8];
        double[] t7Array = (double[]) f.arrays[12];
        int t7At = f.at[12];
        int t7Over = f.over[12];
        int t7By = f.by[12];
        double[] t10Array = (double[]) f.arrays[14];
        int t10At = f.at[14];
        int t10Over = f.over[14];
        int t10By = f.by[14];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        int pivotBy = f.by[10];
        float[] weightArray = (float[]) f.arrays[5];
        int weightAt = f.at[5];
        int weightOver = f.over[5];
        int weightBy = f.by[5];
        float[] biasArray = (float[]) f.arrays[6];
        int biasAt = f.at[6];
        int biasOver = f.over[6];
        int biasBy = f.by[6];
        float[] running_meanArray = (float[]) f.arrays[8];
        int running_meanAt = f.at[8];
        int running_meanOver = f.over[8];
        int running_meanBy = f.by[8];
        float[] running_varArray = (float[]) f.arrays[9];
        int running_varAt = f.at[9];
        int running_varOver = f.over[9];
        int running_varBy = f.by[9];
        double[] t11Array = (double[]) f.arrays[15];
        int t11At = f.at[15];
        int t11Over = f.over[15];
        int t11By = f.by[15];
        float[] centreArray = (float[]) f.arrays[16];
        int centreAt = f.at[16];
        int centreOver = f.over[16];
        int centreBy = f.by[16];
        double[] loArray = (double[]) f.arrays[17];
        int loAt = f.at[17];
        int loOver = f.over[17];
        int loBy = f.by[17];
        float[] t27Array = (float[]) f.arrays[18];
        int t27At = f.at[18];
        int t27Over = f.over[18];
        int t27By = f.by[18];
        float[] t31Array = (float[]) f.arrays[19];
        int t31At = f.at[19];
        int t31Over = f.over[19];
        int t31By = f.by[19];
        float[] t37Array = (float[]) f.arrays[22];
        int t37At = f.at[22];
        int t37Over = f.over[22];
        int t37By = f.by[22];
        float[] t41Array = (float[]) f.arrays[23];
        int t41At = f.at[23];
        int t41Over = f.over[23];
        int t41By = f.by[23];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t7 = t7Array[t7At + i * t7By];
                double t10 = t10Array[t10At + i * t10By];
                float pivot = pivotArray[pivotAt + i * pivotBy];
                float weight = weightArray[weightAt + i * weightBy];
                float bias = biasArray[biasAt + i * biasBy];
                float running_mean = running_meanArray[running_meanAt + i * running_meanBy];
                float running_var = running_varArray[running_varAt + i * running_varBy];
                double shift = t7 / c1;
                double t8 = -shift;
                double t11 = Math.fma(t8, t7, t10);
                double t12 = (double) pivot;
                double t13 = t12 + shift;
                double t14 = t13 * t13;
                double t15 = t14 * c1;
                double t16 = Math.max(t11, c2);
                boolean t17 = t15 <= t16;
                float mean = (float) t13;
                float centre = t17 ? c3 : mean;
                double t18 = (double) centre;
                double t19 = t12 - t18;
                double lo = t19 + shift;
                double t21 = (double) weight;
                double t22 = t16 / c1;
                double t23 = t22 + c4;
                double t24 = (double) Math.sqrt(t23);
                double t25 = 1 / t24;
                double t26 = t21 * t25;
                float t27 = (float) t26;
                double t28 = -lo;
                double t29 = (double) bias;
                double t30 = Math.fma(t28, t26, t29);
                float t31 = (float) t30;
                float t34 = running_mean * c7;
                double t35 = (double) t34;
                double t36 = Math.fma(t13, c6, t35);
                float t37 = (float) t36;
                float t38 = running_var * c7;
                double t39 = (double) t38;
                double t40 = Math.fma(t22, c8, t39);
                float t41 = (float) t40;
                t11Array[t11At + i * t11By] = t11;
                centreArray[centreAt + i * centreBy] = centre;
                loArray[loAt + i * loBy] = lo;
                t27Array[t27At + i * t27By] = t27;
                t31Array[t31At + i * t31By] = t31;
                t37Array[t37At + i * t37By] = t37;
                t41Array[t41At + i * t41By] = t41;
            }
            t7At += t7Over;
            t10At += t10Over;
            pivotAt += pivotOver;
            weightAt += weightOver;
            biasAt += biasOver;
            running_meanAt += running_meanOver;
            running_varAt += running_varOver;
            t11At += t11Over;
            centreAt += centreOver;
            loAt += loOver;
            t27At += t27Over;
            t31At += t31Over;
            t37At += t37Over;
            t41At += t41Over;
        }
    }

    /**
     * <pre>
     * t20 = sub x_5 centre
     * t32 = fma t20 t27 t31
     * </pre>
     */
    static void step5(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] t27Array = (float[]) f.arrays[18];
        int t27At = f.at[18];
        int t27Over = f.over[18];
        float[] t31Array = (float[]) f.arrays[19];
        int t31At = f.at[19];
        int t31Over = f.over[19];
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] centreArray = (float[]) f.arrays[16];
        int centreAt = f.at[16];
        int centreOver = f.over[16];
        float[] t32Array = (float[]) f.arrays[20];
        int t32At = f.at[20];
        int t32Over = f.over[20];
        for (int row = 0; row < rows; row++) {
            float t27 = t27Array[t27At];
            float t31 = t31Array[t31At];
            float centre = centreArray[centreAt];
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float t20 = x_5 - centre;
                float t32 = Math.fma(t20, t27, t31);
                t32Array[t32At + i] = t32;
            }
            t27At += t27Over;
            t31At += t31Over;
            x_5At += x_5Over;
            centreAt += centreOver;
            t32At += t32Over;
        }
    }

    public void run(int method, Frame f) {
        switch (method) {
            case 0:
                step0(f);
                break;
            case 3:
                step1(f);
                break;
            case 6:
                step2(f);
                break;
            case 7:
                step2Exact(f);
                break;
            case 9:
                step3(f);
                break;
            case 12:
                step4(f);
                break;
            case 15:
                step5(f);
                break;
            default:
                throw new IllegalArgumentException();
        }
    }
}
