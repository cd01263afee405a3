package org.fusegrad.generated;


import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel LayerNormForwardScalar, generated; do not edit.
 */
public final class LayerNormForwardScalar extends RowProgram {
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
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        int pivotBy = f.by[7];
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
     * d = sub x_5 pivot
     * t6 = sum[1] d
     * t9 = sum_mul[1] d d
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        double[] t6Array = (double[]) f.arrays[8];
        int t6At = f.at[8];
        int t6Over = f.over[8];
        double[] t9Array = (double[]) f.arrays[10];
        int t9At = f.at[10];
        int t9Over = f.over[10];
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
            double t9Sum = f.sum(32);
            if (!(Math.abs(t6Sum) <= Double.MAX_VALUE && Math.abs(t9Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t6Sum;
                f.sums[1] = t9Sum;
                f.at[4] = x_5At;
                f.at[7] = pivotAt;
                f.at[8] = t6At;
                f.at[10] = t9At;
                f.rows = 1;
                step1Exact(f);
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
     * t6 = sum[1] d
     * t9 = sum_mul[1] d d
     * </pre>
     */
    static void step1Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        double[] t6Array = (double[]) f.arrays[8];
        int t6At = f.at[8];
        int t6Over = f.over[8];
        double[] t9Array = (double[]) f.arrays[10];
        int t9At = f.at[10];
        int t9Over = f.over[10];
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
     * shift = div t6 c1
     * t7 = cast[float32] shift
     * t8 = neg shift
     * t10 = fma t8 t6 t9
     * t11 = maximum t10 c2
     * t12 = div t11 c1
     * t13 = add t12 c3
     * t14 = sqrt t13
     * t15 = reciprocal t14
     * t16 = cast[float32] t15
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double c3 = (double) f.constants[3];
        double[] t6Array = (double[]) f.arrays[8];
        int t6At = f.at[8];
        int t6Over = f.over[8];
        int t6By = f.by[8];
        double[] t9Array = (double[]) f.arrays[10];
        int t9At = f.at[10];
        int t9Over = f.over[10];
        int t9By = f.by[10];
        float[] t7Array = (float[]) f.arrays[9];
        int t7At = f.at[9];
        int t7Over = f.over[9];
        int t7By = f.by[9];
        double[] t10Array = (double[]) f.arrays[11];
        int t10At = f.at[11];
        int t10Over = f.over[11];
        int t10By = f.by[11];
        float[] t16Array = (float[]) f.arrays[12];
        int t16At = f.at[12];
        int t16Over = f.over[12];
        int t16By = f.by[12];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t6 = t6Array[t6At + i * t6By];
                double t9 = t9Array[t9At + i * t9By];
                double shift = t6 / c1;
                float t7 = (float) shift;
                double t8 = -shift;
                double t10 = Math.fma(t8, t6, t9);
                double t11 = Math.max(t10, c2);
                double t12 = t11 / c1;
                double t13 = t12 + c3;
                double t14 = (double) Math.sqrt(t13);
                double t15 = 1 / t14;
                float t16 = (float) t15;
                t7Array[t7At + i * t7By] = t7;
                t10Array[t10At + i * t10By] = t10;
                t16Array[t16At + i * t16By] = t16;
            }
            t6At += t6Over;
            t9At += t9Over;
            t7At += t7Over;
            t10At += t10Over;
            t16At += t16Over;
        }
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * xc = sub d t7
     * xh = mul xc t16
     * t17 = fma xh weight bias
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] weightArray = (float[]) f.arrays[5];
        int weightAt = f.at[5];
        int weightOver = f.over[5];
        float[] biasArray = (float[]) f.arrays[6];
        int biasAt = f.at[6];
        int biasOver = f.over[6];
        float[] t16Array = (float[]) f.arrays[12];
        int t16At = f.at[12];
        int t16Over = f.over[12];
        float[] t7Array = (float[]) f.arrays[9];
        int t7At = f.at[9];
        int t7Over = f.over[9];
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        float[] t17Array = (float[]) f.arrays[13];
        int t17At = f.at[13];
        int t17Over = f.over[13];
        for (int row = 0; row < rows; row++) {
            float t16 = t16Array[t16At];
            float t7 = t7Array[t7At];
            float pivot = pivotArray[pivotAt];
            for (int i = 0; i < n; i++) {
                float weight = weightArray[weightAt + i];
                float bias = biasArray[biasAt + i];
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                float xc = d - t7;
                float xh = xc * t16;
                float t17 = Math.fma(xh, weight, bias);
                t17Array[t17At + i] = t17;
            }
            weightAt += weightOver;
            biasAt += biasOver;
            t16At += t16Over;
            t7At += t7Over;
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t17At += t17Over;
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
            case 3:
                step1Exact(f);
                break;
            case 4:
                step2(f);
                break;
            case 6:
                step3(f);
                break;
            default:
                throw new IllegalArgumentException();
        }
    }
}
