package org.fusegrad.generated;

import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel LayerNormBackwardScalar, generated; do not edit.
 */
public final class LayerNormBackwardScalar extends RowProgram {
    /**
     * <pre>
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t7 = cast[float32] t6
     * t28 = mul t6 lo
     * t29 = neg t28
     * t30 = cast[float32] t29
     * </pre>
     */
    static void step0(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c0 = (double) f.constants[0];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double[] loArray = (double[]) f.arrays[5];
        int loAt = f.at[5];
        int loOver = f.over[5];
        int loBy = f.by[5];
        double[] xArray = (double[]) f.arrays[2];
        int xAt = f.at[2];
        int xOver = f.over[2];
        int xBy = f.by[2];
        float[] t7Array = (float[]) f.arrays[6];
        int t7At = f.at[6];
        int t7Over = f.over[6];
        int t7By = f.by[6];
        float[] t30Array = (float[]) f.arrays[12];
        int t30At = f.at[12];
        int t30Over = f.over[12];
        int t30By = f.by[12];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double lo = loArray[loAt + i * loBy];
                double x = xArray[xAt + i * xBy];
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                float t7 = (float) t6;
                double t28 = t6 * lo;
                double t29 = -t28;
                float t30 = (float) t29;
                t7Array[t7At + i * t7By] = t7;
                t30Array[t30At + i * t30By] = t30;
            }
            loAt += loOver;
            xAt += xOver;
            t7At += t7Over;
            t30At += t30Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * t8 = sub x_2 centre
     * t10 = sum_mul[1] dy weight
     * t11 = sum_mul[1] t8 t1
     * t33 = sum[0] dy
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[0];
        int dyAt = f.at[0];
        int dyOver = f.over[0];
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] centreArray = (float[]) f.arrays[4];
        int centreAt = f.at[4];
        int centreOver = f.over[4];
        double[] t10Array = (double[]) f.arrays[7];
        int t10At = f.at[7];
        int t10Over = f.over[7];
        double[] t11Array = (double[]) f.arrays[8];
        int t11At = f.at[8];
        int t11Over = f.over[8];
        float[] t33Array = (float[]) f.arrays[17];
        int t33At = f.at[17];
        int t33Over = f.over[17];
        for (int row = 0; row < rows; row++) {
            float centre = centreArray[centreAt];
            f.clear();
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float t8 = x_2 - centre;
                f.lanes[12 + (i & 31)] = Math.fma(dy, weight, f.lanes[12 + (i & 31)]);
                f.lanes[44 + (i & 31)] = Math.fma(t8, t1, f.lanes[44 + (i & 31)]);
                t33Array[t33At + i] = t33Array[t33At + i] + dy;
            }
            double t10Sum = f.sum(12);
            double t11Sum = f.sum(44);
            if (!(Math.abs(t10Sum) <= Double.MAX_VALUE && Math.abs(t11Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t10Sum;
                f.sums[1] = t11Sum;
                f.at[0] = dyAt;
                f.at[1] = weightAt;
                f.at[3] = x_2At;
                f.at[4] = centreAt;
                f.at[7] = t10At;
                f.at[8] = t11At;
                f.at[17] = t33At;
                f.rows = 1;
                step1Retry(f);
            } else {
                t10Array[t10At] += t10Sum;
                t11Array[t11At] += t11Sum;
            }
            dyAt += dyOver;
            weightAt += weightOver;
            x_2At += x_2Over;
            centreAt += centreOver;
            t10At += t10Over;
            t11At += t11Over;
            t33At += t33Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * t8 = sub x_2 centre
     * t10 = sum_mul[1] dy weight
     * t11 = sum_mul[1] t8 t1
     * t33 = sum[0] dy
     * </pre>
     */
    static void step1Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[0];
        int dyAt = f.at[0];
        int dyOver = f.over[0];
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] centreArray = (float[]) f.arrays[4];
        int centreAt = f.at[4];
        int centreOver = f.over[4];
        double[] t10Array = (double[]) f.arrays[7];
        int t10At = f.at[7];
        int t10Over = f.over[7];
        double[] t11Array = (double[]) f.arrays[8];
        int t11At = f.at[8];
        int t11Over = f.over[8];
        double[] t33Array = (double[]) f.arrays[15];
        int t33At = f.at[15];
        int t33Over = f.over[15];
        for (int row = 0; row < rows; row++) {
            float centre = centreArray[centreAt];
            double t10Sum = 0;
            double t11Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float t8 = x_2 - centre;
                t10Sum = Math.fma((double) dy, (double) weight, t10Sum);
                t11Sum = Math.fma((double) t8, (double) t1, t11Sum);
                t33Array[t33At + i] = t33Array[t33At + i] + dy;
            }
            t10Array[t10At] += Frame.orElse(f.sums[0], t10Sum);
            t11Array[t11At] += Frame.orElse(f.sums[1], t11Sum);
            dyAt += dyOver;
            weightAt += weightOver;
            x_2At += x_2Over;
            centreAt += centreOver;
            t10At += t10Over;
            t11At += t11Over;
            t33At += t33Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * t8 = sub x_2 centre
     * t10 = sum_mul[1] dy weight
     * t11 = sum_mul[1] t8 t1
     * t33 = sum[0] dy
     * </pre>
     */
    static void step1Retry(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[0];
        int dyAt = f.at[0];
        int dyOver = f.over[0];
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] centreArray = (float[]) f.arrays[4];
        int centreAt = f.at[4];
        int centreOver = f.over[4];
        double[] t10Array = (double[]) f.arrays[7];
        int t10At = f.at[7];
        int t10Over = f.over[7];
        double[] t11Array = (double[]) f.arrays[8];
        int t11At = f.at[8];
        int t11Over = f.over[8];
        for (int row = 0; row < rows; row++) {
            float centre = centreArray[centreAt];
            double t10Sum = 0;
            double t11Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float t8 = x_2 - centre;
                t10Sum = Math.fma((double) dy, (double) weight, t10Sum);
                t11Sum = Math.fma((double) t8, (double) t1, t11Sum);
            }
            t10Array[t10At] += Frame.orElse(f.sums[0], t10Sum);
            t11Array[t11At] += Frame.orElse(f.sums[1], t11Sum);
            dyAt += dyOver;
            weightAt += weightOver;
            x_2At += x_2Over;
            centreAt += centreOver;
            t10At += t10Over;
            t11At += t11Over;
        }
    }

    /**
     * <pre>
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t9 = neg lo
     * t12 = fma t9 t10 t11
     * t13 = mul t6 t6
     * t14 = mul t12 t13
     * t15 = mul t5 c3
     * t16 = div t14 t15
     * t17 = div t16 c1
     * t18 = mul t17 c4
     * t19 = cast[float32] t18
     * t20 = mul lo t18
     * t21 = neg t20
     * t22 = mul t6 t10
     * t23 = div t22 c1
     * t24 = sub t21 t23
     * t25 = cast[float32] t24
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c0 = (double) f.constants[0];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double c3 = (double) f.constants[3];
        double c4 = (double) f.constants[4];
        double[] loArray = (double[]) f.arrays[5];
        int loAt = f.at[5];
        int loOver = f.over[5];
        int loBy = f.by[5];
        double[] t10Array = (double[]) f.arrays[7];
        int t10At = f.at[7];
        int t10Over = f.over[7];
        int t10By = f.by[7];
        double[] t11Array = (double[]) f.arrays[8];
        int t11At = f.at[8];
        int t11Over = f.over[8];
        int t11By = f.by[8];
        double[] xArray = (double[]) f.arrays[2];
        int xAt = f.at[2];
        int xOver = f.over[2];
        int xBy = f.by[2];
        float[] t19Array = (float[]) f.arrays[9];
        int t19At = f.at[9];
        int t19Over = f.over[9];
        int t19By = f.by[9];
        float[] t25Array = (float[]) f.arrays[10];
        int t25At = f.at[10];
        int t25Over = f.over[10];
        int t25By = f.by[10];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double lo = loArray[loAt + i * loBy];
                double t10 = t10Array[t10At + i * t10By];
                double t11 = t11Array[t11At + i * t11By];
                double x = xArray[xAt + i * xBy];
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                double t9 = -lo;
                double t12 = Math.fma(t9, t10, t11);
                double t13 = t6 * t6;
                double t14 = t12 * t13;
                double t15 = t5 * c3;
                double t16 = t14 / t15;
                double t17 = t16 / c1;
                double t18 = t17 * c4;
                float t19 = (float) t18;
                double t20 = lo * t18;
                double t21 = -t20;
                double t22 = t6 * t10;
                double t23 = t22 / c1;
                double t24 = t21 - t23;
                float t25 = (float) t24;
                t19Array[t19At + i * t19By] = t19;
                t25Array[t25At + i * t25By] = t25;
            }
            loAt += loOver;
            t10At += t10Over;
            t11At += t11Over;
            xAt += xOver;
            t19At += t19Over;
            t25At += t25Over;
        }
    }

    /**
     * <pre>
     * t34 = cast[float32] t33
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t33Array = (double[]) f.arrays[15];
        int t33At = f.at[15];
        int t33Over = f.over[15];
        int t33By = f.by[15];
        float[] t34Array = (float[]) f.arrays[16];
        int t34At = f.at[16];
        int t34Over = f.over[16];
        int t34By = f.by[16];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t33 = t33Array[t33At + i * t33By];
                float t34 = (float) t33;
                t34Array[t34At + i * t34By] = t34;
            }
            t33At += t33Over;
            t34At += t34Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * t8 = sub x_2 centre
     * t26 = fma t8 t19 t25
     * t27 = fma t1 t7 t26
     * xh = fma t8 t7 t30
     * t31 = sum_mul[0] dy xh
     * </pre>
     */
    static void step4(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[0];
        int dyAt = f.at[0];
        int dyOver = f.over[0];
        float[] t7Array = (float[]) f.arrays[6];
        int t7At = f.at[6];
        int t7Over = f.over[6];
        float[] t30Array = (float[]) f.arrays[12];
        int t30At = f.at[12];
        int t30Over = f.over[12];
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] t19Array = (float[]) f.arrays[9];
        int t19At = f.at[9];
        int t19Over = f.over[9];
        float[] t25Array = (float[]) f.arrays[10];
        int t25At = f.at[10];
        int t25Over = f.over[10];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] centreArray = (float[]) f.arrays[4];
        int centreAt = f.at[4];
        int centreOver = f.over[4];
        float[] t27Array = (float[]) f.arrays[11];
        int t27At = f.at[11];
        int t27Over = f.over[11];
        float[] t31Array = (float[]) f.arrays[18];
        int t31At = f.at[18];
        int t31Over = f.over[18];
        for (int row = 0; row < rows; row++) {
            float t7 = t7Array[t7At];
            float t30 = t30Array[t30At];
            float t19 = t19Array[t19At];
            float t25 = t25Array[t25At];
            float centre = centreArray[centreAt];
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float t8 = x_2 - centre;
                float t26 = Math.fma(t8, t19, t25);
                float t27 = Math.fma(t1, t7, t26);
                float xh = Math.fma(t8, t7, t30);
                t31Array[t31At + i] = Math.fma(dy, xh, t31Array[t31At + i]);
                t27Array[t27At + i] = t27;
            }
            dyAt += dyOver;
            t7At += t7Over;
            t30At += t30Over;
            weightAt += weightOver;
            t19At += t19Over;
            t25At += t25Over;
            x_2At += x_2Over;
            centreAt += centreOver;
            t27At += t27Over;
            t31At += t31Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * t8 = sub x_2 centre
     * t26 = fma t8 t19 t25
     * t27 = fma t1 t7 t26
     * xh = fma t8 t7 t30
     * t31 = sum_mul[0] dy xh
     * </pre>
     */
    static void step4Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[0];
        int dyAt = f.at[0];
        int dyOver = f.over[0];
        float[] t7Array = (float[]) f.arrays[6];
        int t7At = f.at[6];
        int t7Over = f.over[6];
        float[] t30Array = (float[]) f.arrays[12];
        int t30At = f.at[12];
        int t30Over = f.over[12];
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] t19Array = (float[]) f.arrays[9];
        int t19At = f.at[9];
        int t19Over = f.over[9];
        float[] t25Array = (float[]) f.arrays[10];
        int t25At = f.at[10];
        int t25Over = f.over[10];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] centreArray = (float[]) f.arrays[4];
        int centreAt = f.at[4];
        int centreOver = f.over[4];
        float[] t27Array = (float[]) f.arrays[11];
        int t27At = f.at[11];
        int t27Over = f.over[11];
        double[] t31Array = (double[]) f.arrays[13];
        int t31At = f.at[13];
        int t31Over = f.over[13];
        for (int row = 0; row < rows; row++) {
            float t7 = t7Array[t7At];
            float t30 = t30Array[t30At];
            float t19 = t19Array[t19At];
            float t25 = t25Array[t25At];
            float centre = centreArray[centreAt];
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float t8 = x_2 - centre;
                float t26 = Math.fma(t8, t19, t25);
                float t27 = Math.fma(t1, t7, t26);
                float xh = Math.fma(t8, t7, t30);
                t31Array[t31At + i] = Math.fma((double) dy, (double) xh, t31Array[t31At + i]);
                t27Array[t27At + i] = t27;
            }
            dyAt += dyOver;
            t7At += t7Over;
            t30At += t30Over;
            weightAt += weightOver;
            t19At += t19Over;
            t25At += t25Over;
            x_2At += x_2Over;
            centreAt += centreOver;
            t27At += t27Over;
            t31At += t31Over;
        }
    }

    /**
     * <pre>
     * t32 = cast[float32] t31
     * </pre>
     */
    static void step5(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t31Array = (double[]) f.arrays[13];
        int t31At = f.at[13];
        int t31Over = f.over[13];
        int t31By = f.by[13];
        float[] t32Array = (float[]) f.arrays[14];
        int t32At = f.at[14];
        int t32Over = f.over[14];
        int t32By = f.by[14];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t31 = t31Array[t31At + i * t31By];
                float t32 = (float) t31;
                t32Array[t32At + i * t32By] = t32;
            }
            t31At += t31Over;
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
            case 4:
                step1Exact(f);
                break;
            case 6:
                step2(f);
                break;
            case 9:
                step3(f);
                break;
            case 12:
                step4(f);
                break;
            case 13:
                step4Exact(f);
                break;
            case 15:
                step5(f);
                break;
            default:
                throw new IllegalArgumentException();
        }
    }
}
