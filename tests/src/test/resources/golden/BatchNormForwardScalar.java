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
     * t22 = add c4 num_batches_tracked
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        long c4 = (long) f.constants[4];
        long[] num_batches_trackedArray = (long[]) f.arrays[7];
        int num_batches_trackedAt = f.at[7];
        int num_batches_trackedOver = f.over[7];
        int num_batches_trackedBy = f.by[7];
        long[] t22Array = (long[]) f.arrays[19];
        int t22At = f.at[19];
        int t22Over = f.over[19];
        int t22By = f.by[19];
        for (int row = 0; row < rows; row++) {
            long num_batches_tracked = num_batches_trackedArray[num_batches_trackedAt];
            for (int i = 0; i < n; i++) {
                long t22 = c4 + num_batches_tracked;
                t22Array[t22At + i * t22By] = t22;
            }
            num_batches_trackedAt += num_batches_trackedOver;
            t22At += t22Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * t6 = sum[2] d
     * t10 = sum_mul[2] d d
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
        double[] t10Array = (double[]) f.arrays[14];
        int t10At = f.at[14];
        int t10Over = f.over[14];
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            f.clear();
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                f.lanes[0 + (i & 31)] = f.lanes[0 + (i & 31)] + d;
                f.lanes[32 + (i & 31)] = Math.fma(d, d, f.lanes[32 + (i & 31)]);
            }
            double t6Sum = f.sum(0);
            double t10Sum = f.sum(32);
            if (!(Math.abs(t6Sum) <= Double.MAX_VALUE && Math.abs(t10Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t6Sum;
                f.sums[1] = t10Sum;
                f.at[4] = x_5At;
                f.at[10] = pivotAt;
                f.at[11] = t6At;
                f.at[14] = t10At;
                f.rows = 1;
                step2Exact(f);
            } else {
                t6Array[t6At] += t6Sum;
                t10Array[t10At] += t10Sum;
            }
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t10At += t10Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * t6 = sum[2] d
     * t10 = sum_mul[2] d d
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
        double[] t10Array = (double[]) f.arrays[14];
        int t10At = f.at[14];
        int t10Over = f.over[14];
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            double t6Sum = 0;
            double t10Sum = 0;
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                t6Sum = t6Sum + d;
                t10Sum = Math.fma((double) d, (double) d, t10Sum);
            }
            t6Array[t6At] += Frame.orElse(f.sums[0], t6Sum);
            t10Array[t10At] += Frame.orElse(f.sums[1], t10Sum);
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t10At += t10Over;
        }
    }

    /**
     * <pre>
     * t7 = sum[0] t6
     * t11 = sum[0] t10
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t6Array = (double[]) f.arrays[11];
        int t6At = f.at[11];
        int t6Over = f.over[11];
        int t6By = f.by[11];
        double[] t10Array = (double[]) f.arrays[14];
        int t10At = f.at[14];
        int t10Over = f.over[14];
        int t10By = f.by[14];
        double[] t7Array = (double[]) f.arrays[12];
        int t7At = f.at[12];
        int t7Over = f.over[12];
        int t7By = f.by[12];
        double[] t11Array = (double[]) f.arrays[15];
        int t11At = f.at[15];
        int t11Over = f.over[15];
        int t11By = f.by[15];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t6 = t6Array[t6At + i * t6By];
                double t10 = t10Array[t10At + i * t10By];
                t7Array[t7At + i * t7By] = t7Array[t7At + i * t7By] + t6;
                t11Array[t11At + i * t11By] = t11Array[t11At + i * t11By] + t10;
            }
            t6At += t6Over;
            t10At += t10Over;
            t7At += t7Over;
            t11At += t11Over;
        }
    }

    /**
     * <pre>
     * shift = div t7 c1
     * t8 = cast[float32] shift
     * t9 = neg shift
     * t12 = fma t9 t7 t11
     * t13 = cast[float64] weight
     * t14 = maximum t12 c2
     * t15 = div t14 c1
     * t16 = add t15 c3
     * t17 = sqrt t16
     * t18 = reciprocal t17
     * t19 = mul t13 t18
     * t20 = cast[float32] t19
     * t23 = cast[float64] pivot
     * t24 = add t23 shift
     * t25 = mul running_mean c6
     * t26 = cast[float64] t25
     * t27 = fma t24 c5 t26
     * t28 = cast[float32] t27
     * t29 = mul running_var c6
     * t30 = cast[float64] t29
     * t31 = fma t15 c7 t30
     * t32 = cast[float32] t31
     * </pre>
     */
    static void step4(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double c3 = (double) f.constants[3];
        double c5 = (double) f.constants[5];
        float c6 = (float) f.constants[6];
        double c7 = (double) f.constants[7];
        double[] t7Array = (double[]) f.arrays[12];
        int t7At = f.at[12];
        int t7Over = f.over[12];
        int t7By = f.by[12];
        double[] t11Array = (double[]) f.arrays[15];
        int t11At = f.at[15];
        int t11Over = f.over[15];
        int t11By = f.by[15];
        float[] weightArray = (float[]) f.arrays[5];
        int weightAt = f.at[5];
        int weightOver = f.over[5];
        int weightBy = f.by[5];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        int pivotBy = f.by[10];
        float[] running_meanArray = (float[]) f.arrays[8];
        int running_meanAt = f.at[8];
        int running_meanOver = f.over[8];
        int running_meanBy = f.by[8];
        float[] running_varArray = (float[]) f.arrays[9];
        int running_varAt = f.at[9];
        int running_varOver = f.over[9];
        int running_varBy = f.by[9];
        float[] t8Array = (float[]) f.arrays[13];
        int t8At = f.at[13];
        int t8Over = f.over[13];
        int t8By = f.by[13];
        double[] t12Array = (double[]) f.arrays[16];
        int t12At = f.at[16];
        int t12Over = f.over[16];
        int t12By = f.by[16];
        float[] t20Array = (float[]) f.arrays[17];
        int t20At = f.at[17];
        int t20Over = f.over[17];
        int t20By = f.by[17];
        float[] t28Array = (float[]) f.arrays[20];
        int t28At = f.at[20];
        int t28Over = f.over[20];
        int t28By = f.by[20];
        float[] t32Array = (float[]) f.arrays[21];
        int t32At = f.at[21];
        int t32Over = f.over[21];
        int t32By = f.by[21];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t7 = t7Array[t7At + i * t7By];
                double t11 = t11Array[t11At + i * t11By];
                float weight = weightArray[weightAt + i * weightBy];
                float pivot = pivotArray[pivotAt + i * pivotBy];
                float running_mean = running_meanArray[running_meanAt + i * running_meanBy];
                float running_var = running_varArray[running_varAt + i * running_varBy];
                double shift = t7 / c1;
                float t8 = (float) shift;
                double t9 = -shift;
                double t12 = Math.fma(t9, t7, t11);
                double t13 = (double) weight;
                double t14 = Math.max(t12, c2);
                double t15 = t14 / c1;
                double t16 = t15 + c3;
                double t17 = (double) Math.sqrt(t16);
                double t18 = 1 / t17;
                double t19 = t13 * t18;
                float t20 = (float) t19;
                double t23 = (double) pivot;
                double t24 = t23 + shift;
                float t25 = running_mean * c6;
                double t26 = (double) t25;
                double t27 = Math.fma(t24, c5, t26);
                float t28 = (float) t27;
                float t29 = running_var * c6;
                double t30 = (double) t29;
                double t31 = Math.fma(t15, c7, t30);
                float t32 = (float) t31;
                t8Array[t8At + i * t8By] = t8;
                t12Array[t12At + i * t12By] = t12;
                t20Array[t20At + i * t20By] = t20;
                t28Array[t28At + i * t28By] = t28;
                t32Array[t32At + i * t32By] = t32;
            }
            t7At += t7Over;
            t11At += t11Over;
            weightAt += weightOver;
            pivotAt += pivotOver;
            running_meanAt += running_meanOver;
            running_varAt += running_varOver;
            t8At += t8Over;
            t12At += t12Over;
            t20At += t20Over;
            t28At += t28Over;
            t32At += t32Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * xc = sub d t8
     * t21 = fma xc t20 bias
     * </pre>
     */
    static void step5(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] t20Array = (float[]) f.arrays[17];
        int t20At = f.at[17];
        int t20Over = f.over[17];
        float[] biasArray = (float[]) f.arrays[6];
        int biasAt = f.at[6];
        int biasOver = f.over[6];
        float[] t8Array = (float[]) f.arrays[13];
        int t8At = f.at[13];
        int t8Over = f.over[13];
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[10];
        int pivotAt = f.at[10];
        int pivotOver = f.over[10];
        float[] t21Array = (float[]) f.arrays[18];
        int t21At = f.at[18];
        int t21Over = f.over[18];
        for (int row = 0; row < rows; row++) {
            float t20 = t20Array[t20At];
            float bias = biasArray[biasAt];
            float t8 = t8Array[t8At];
            float pivot = pivotArray[pivotAt];
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                float xc = d - t8;
                float t21 = Math.fma(xc, t20, bias);
                t21Array[t21At + i] = t21;
            }
            t20At += t20Over;
            biasAt += biasOver;
            t8At += t8Over;
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t21At += t21Over;
        }
    }

    public void run(int step, Frame f) {
        switch (step) {
            case 0:
                step0(f);
                break;
            case 2:
                step1(f);
                break;
            case 4:
                step2(f);
                break;
            case 5:
                step2Exact(f);
                break;
            case 6:
                step3(f);
                break;
            case 8:
                step4(f);
                break;
            case 10:
                step5(f);
                break;
            default:
                throw new IllegalArgumentException();
        }
    }
}
