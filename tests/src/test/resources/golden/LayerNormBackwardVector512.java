package org.fusegrad.generated;

import jdk.incubator.vector.FloatVector;

import jdk.incubator.vector.VectorSpecies;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel LayerNormBackwardVector512, generated; do not edit.
 */
public final class LayerNormBackwardVector512 extends RowProgram {
    static final VectorSpecies S = FloatVector.SPECIES_512;

    static final Class V = S.vectorType();

    /**
     * <pre>
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t7 = cast[float32] t6
     * </pre>
     */
    static void step0(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c0 = (double) f.constants[0];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double[] xArray = (double[]) f.arrays[2];
        int xAt = f.at[2];
        int xOver = f.over[2];
        int xBy = f.by[2];
        float[] t7Array = (float[]) f.arrays[6];
        int t7At = f.at[6];
        int t7Over = f.over[6];
        int t7By = f.by[6];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double x = xArray[xAt + i * xBy];
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                float t7 = (float) t6;
                t7Array[t7At + i * t7By] = t7;
            }
            xAt += xOver;
            t7At += t7Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t9 = sum_mul[1] xc t1
     * t16 = sum_mul[1] dy weight
     * t25 = sum[0] dy
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
        float[] x_3Array = (float[]) f.arrays[5];
        int x_3At = f.at[5];
        int x_3Over = f.over[5];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] pivotArray = (float[]) f.arrays[4];
        int pivotAt = f.at[4];
        int pivotOver = f.over[4];
        double[] t9Array = (double[]) f.arrays[7];
        int t9At = f.at[7];
        int t9Over = f.over[7];
        double[] t16Array = (double[]) f.arrays[9];
        int t16At = f.at[9];
        int t16Over = f.over[9];
        float[] t25Array = (float[]) f.arrays[16];
        int t25At = f.at[16];
        int t25Over = f.over[16];
        for (int row = 0; row < rows; row++) {
            float x_3 = x_3Array[x_3At];
            FloatVector x_3V = FloatVector.broadcast(S, x_3);
            float pivot = pivotArray[pivotAt];
            FloatVector pivotV = FloatVector.broadcast(S, pivot);
            int i = 0;
            FloatVector t9V0 = FloatVector.broadcast(S, 0f);
            FloatVector t9V1 = FloatVector.broadcast(S, 0f);
            FloatVector t16V0 = FloatVector.broadcast(S, 0f);
            FloatVector t16V1 = FloatVector.broadcast(S, 0f);
            for (int end = n - 32; i <= end; i += 32) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t1V = dyV.mul(weightV);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t9V0 = xcV.fma(t1V, t9V0);
                    t16V0 = dyV.fma(weightV, t16V0);
                    FloatVector t25P = FloatVector.fromArray(S, t25Array, t25At + i);
                    dyV.add(t25P).intoArray(t25Array, t25At + i);
                }
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i + 16);
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i + 16);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i + 16);
                    FloatVector t1V = dyV.mul(weightV);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t9V1 = xcV.fma(t1V, t9V1);
                    t16V1 = dyV.fma(weightV, t16V1);
                    FloatVector t25P = FloatVector.fromArray(S, t25Array, t25At + i + 16);
                    dyV.add(t25P).intoArray(t25Array, t25At + i + 16);
                }
            }
            if (i + 16 <= n) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t1V = dyV.mul(weightV);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t9V0 = xcV.fma(t1V, t9V0);
                    t16V0 = dyV.fma(weightV, t16V0);
                    FloatVector t25P = FloatVector.fromArray(S, t25Array, t25At + i);
                    dyV.add(t25P).intoArray(t25Array, t25At + i);
                }
                i += 16;
            }
            ((FloatVector) V.cast(t9V0)).intoArray(f.lanes, 0 + 0);
            ((FloatVector) V.cast(t9V1)).intoArray(f.lanes, 0 + 16);
            ((FloatVector) V.cast(t16V0)).intoArray(f.lanes, 32 + 0);
            ((FloatVector) V.cast(t16V1)).intoArray(f.lanes, 32 + 16);
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float d = x_2 - pivot;
                float xc = d - x_3;
                f.lanes[0 + (i & 31)] = Math.fma(xc, t1, f.lanes[0 + (i & 31)]);
                f.lanes[32 + (i & 31)] = Math.fma(dy, weight, f.lanes[32 + (i & 31)]);
                t25Array[t25At + i] = t25Array[t25At + i] + dy;
            }
            double t9Sum = f.sum(0);
            double t16Sum = f.sum(32);
            if (!(Math.abs(t9Sum) <= Double.MAX_VALUE && Math.abs(t16Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t9Sum;
                f.sums[1] = t16Sum;
                f.at[0] = dyAt;
                f.at[1] = weightAt;
                f.at[5] = x_3At;
                f.at[3] = x_2At;
                f.at[4] = pivotAt;
                f.at[7] = t9At;
                f.at[9] = t16At;
                f.at[16] = t25At;
                f.rows = 1;
                step1Retry(f);
            } else {
                t9Array[t9At] += t9Sum;
                t16Array[t16At] += t16Sum;
            }
            dyAt += dyOver;
            weightAt += weightOver;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t9At += t9Over;
            t16At += t16Over;
            t25At += t25Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t9 = sum_mul[1] xc t1
     * t16 = sum_mul[1] dy weight
     * t25 = sum[0] dy
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
        float[] x_3Array = (float[]) f.arrays[5];
        int x_3At = f.at[5];
        int x_3Over = f.over[5];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] pivotArray = (float[]) f.arrays[4];
        int pivotAt = f.at[4];
        int pivotOver = f.over[4];
        double[] t9Array = (double[]) f.arrays[7];
        int t9At = f.at[7];
        int t9Over = f.over[7];
        double[] t16Array = (double[]) f.arrays[9];
        int t16At = f.at[9];
        int t16Over = f.over[9];
        double[] t25Array = (double[]) f.arrays[14];
        int t25At = f.at[14];
        int t25Over = f.over[14];
        for (int row = 0; row < rows; row++) {
            float x_3 = x_3Array[x_3At];
            float pivot = pivotArray[pivotAt];
            double t9Sum = 0;
            double t16Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float d = x_2 - pivot;
                float xc = d - x_3;
                t9Sum = Math.fma((double) xc, (double) t1, t9Sum);
                t16Sum = Math.fma((double) dy, (double) weight, t16Sum);
                t25Array[t25At + i] = t25Array[t25At + i] + dy;
            }
            t9Array[t9At] += Frame.orElse(f.sums[0], t9Sum);
            t16Array[t16At] += Frame.orElse(f.sums[1], t16Sum);
            dyAt += dyOver;
            weightAt += weightOver;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t9At += t9Over;
            t16At += t16Over;
            t25At += t25Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t9 = sum_mul[1] xc t1
     * t16 = sum_mul[1] dy weight
     * t25 = sum[0] dy
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
        float[] x_3Array = (float[]) f.arrays[5];
        int x_3At = f.at[5];
        int x_3Over = f.over[5];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] pivotArray = (float[]) f.arrays[4];
        int pivotAt = f.at[4];
        int pivotOver = f.over[4];
        double[] t9Array = (double[]) f.arrays[7];
        int t9At = f.at[7];
        int t9Over = f.over[7];
        double[] t16Array = (double[]) f.arrays[9];
        int t16At = f.at[9];
        int t16Over = f.over[9];
        for (int row = 0; row < rows; row++) {
            float x_3 = x_3Array[x_3At];
            float pivot = pivotArray[pivotAt];
            double t9Sum = 0;
            double t16Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float d = x_2 - pivot;
                float xc = d - x_3;
                t9Sum = Math.fma((double) xc, (double) t1, t9Sum);
                t16Sum = Math.fma((double) dy, (double) weight, t16Sum);
            }
            t9Array[t9At] += Frame.orElse(f.sums[0], t9Sum);
            t16Array[t16At] += Frame.orElse(f.sums[1], t16Sum);
            dyAt += dyOver;
            weightAt += weightOver;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t9At += t9Over;
            t16At += t16Over;
        }
    }

    /**
     * <pre>
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t8 = mul t6 t6
     * t10 = mul t8 t9
     * t11 = mul t5 c3
     * t12 = div t10 t11
     * t13 = div t12 c1
     * t14 = mul t13 c4
     * t15 = cast[float32] t14
     * t17 = mul t6 t16
     * t18 = div t17 c1
     * t19 = neg t18
     * t20 = cast[float32] t19
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
        double[] t16Array = (double[]) f.arrays[9];
        int t16At = f.at[9];
        int t16Over = f.over[9];
        int t16By = f.by[9];
        double[] t9Array = (double[]) f.arrays[7];
        int t9At = f.at[7];
        int t9Over = f.over[7];
        int t9By = f.by[7];
        double[] xArray = (double[]) f.arrays[2];
        int xAt = f.at[2];
        int xOver = f.over[2];
        int xBy = f.by[2];
        float[] t15Array = (float[]) f.arrays[8];
        int t15At = f.at[8];
        int t15Over = f.over[8];
        int t15By = f.by[8];
        float[] t20Array = (float[]) f.arrays[10];
        int t20At = f.at[10];
        int t20Over = f.over[10];
        int t20By = f.by[10];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t16 = t16Array[t16At + i * t16By];
                double t9 = t9Array[t9At + i * t9By];
                double x = xArray[xAt + i * xBy];
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                double t8 = t6 * t6;
                double t10 = t8 * t9;
                double t11 = t5 * c3;
                double t12 = t10 / t11;
                double t13 = t12 / c1;
                double t14 = t13 * c4;
                float t15 = (float) t14;
                double t17 = t6 * t16;
                double t18 = t17 / c1;
                double t19 = -t18;
                float t20 = (float) t19;
                t15Array[t15At + i * t15By] = t15;
                t20Array[t20At + i * t20By] = t20;
            }
            t16At += t16Over;
            t9At += t9Over;
            xAt += xOver;
            t15At += t15Over;
            t20At += t20Over;
        }
    }

    /**
     * <pre>
     * t26 = cast[float32] t25
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t25Array = (double[]) f.arrays[14];
        int t25At = f.at[14];
        int t25Over = f.over[14];
        int t25By = f.by[14];
        float[] t26Array = (float[]) f.arrays[15];
        int t26At = f.at[15];
        int t26Over = f.over[15];
        int t26By = f.by[15];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t25 = t25Array[t25At + i * t25By];
                float t26 = (float) t25;
                t26Array[t26At + i * t26By] = t26;
            }
            t25At += t25Over;
            t26At += t26Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t21 = fma xc t15 t20
     * t22 = fma t1 t7 t21
     * xh = mul xc t7
     * t23 = sum_mul[0] dy xh
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
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] t15Array = (float[]) f.arrays[8];
        int t15At = f.at[8];
        int t15Over = f.over[8];
        float[] t20Array = (float[]) f.arrays[10];
        int t20At = f.at[10];
        int t20Over = f.over[10];
        float[] x_3Array = (float[]) f.arrays[5];
        int x_3At = f.at[5];
        int x_3Over = f.over[5];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] pivotArray = (float[]) f.arrays[4];
        int pivotAt = f.at[4];
        int pivotOver = f.over[4];
        float[] t22Array = (float[]) f.arrays[11];
        int t22At = f.at[11];
        int t22Over = f.over[11];
        float[] t23Array = (float[]) f.arrays[17];
        int t23At = f.at[17];
        int t23Over = f.over[17];
        for (int row = 0; row < rows; row++) {
            float t7 = t7Array[t7At];
            FloatVector t7V = FloatVector.broadcast(S, t7);
            float t15 = t15Array[t15At];
            FloatVector t15V = FloatVector.broadcast(S, t15);
            float t20 = t20Array[t20At];
            FloatVector t20V = FloatVector.broadcast(S, t20);
            float x_3 = x_3Array[x_3At];
            FloatVector x_3V = FloatVector.broadcast(S, x_3);
            float pivot = pivotArray[pivotAt];
            FloatVector pivotV = FloatVector.broadcast(S, pivot);
            int i = 0;
            for (int end = n - 16; i <= end; i += 16) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t1V = dyV.mul(weightV);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    FloatVector t21V = xcV.fma(t15V, t20V);
                    FloatVector t22V = t1V.fma(t7V, t21V);
                    FloatVector xhV = xcV.mul(t7V);
                    FloatVector t23P = FloatVector.fromArray(S, t23Array, t23At + i);
                    dyV.fma(xhV, t23P).intoArray(t23Array, t23At + i);
                    t22V.intoArray(t22Array, t22At + i);
                }
            }
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float d = x_2 - pivot;
                float xc = d - x_3;
                float t21 = Math.fma(xc, t15, t20);
                float t22 = Math.fma(t1, t7, t21);
                float xh = xc * t7;
                t23Array[t23At + i] = Math.fma(dy, xh, t23Array[t23At + i]);
                t22Array[t22At + i] = t22;
            }
            dyAt += dyOver;
            t7At += t7Over;
            weightAt += weightOver;
            t15At += t15Over;
            t20At += t20Over;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t22At += t22Over;
            t23At += t23Over;
        }
    }

    /**
     * <pre>
     * t1 = mul dy weight
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t21 = fma xc t15 t20
     * t22 = fma t1 t7 t21
     * xh = mul xc t7
     * t23 = sum_mul[0] dy xh
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
        float[] weightArray = (float[]) f.arrays[1];
        int weightAt = f.at[1];
        int weightOver = f.over[1];
        float[] t15Array = (float[]) f.arrays[8];
        int t15At = f.at[8];
        int t15Over = f.over[8];
        float[] t20Array = (float[]) f.arrays[10];
        int t20At = f.at[10];
        int t20Over = f.over[10];
        float[] x_3Array = (float[]) f.arrays[5];
        int x_3At = f.at[5];
        int x_3Over = f.over[5];
        float[] x_2Array = (float[]) f.arrays[3];
        int x_2At = f.at[3];
        int x_2Over = f.over[3];
        float[] pivotArray = (float[]) f.arrays[4];
        int pivotAt = f.at[4];
        int pivotOver = f.over[4];
        float[] t22Array = (float[]) f.arrays[11];
        int t22At = f.at[11];
        int t22Over = f.over[11];
        double[] t23Array = (double[]) f.arrays[12];
        int t23At = f.at[12];
        int t23Over = f.over[12];
        for (int row = 0; row < rows; row++) {
            float t7 = t7Array[t7At];
            float t15 = t15Array[t15At];
            float t20 = t20Array[t20At];
            float x_3 = x_3Array[x_3At];
            float pivot = pivotArray[pivotAt];
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float weight = weightArray[weightAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t1 = dy * weight;
                float d = x_2 - pivot;
                float xc = d - x_3;
                float t21 = Math.fma(xc, t15, t20);
                float t22 = Math.fma(t1, t7, t21);
                float xh = xc * t7;
                t23Array[t23At + i] = Math.fma((double) dy, (double) xh, t23Array[t23At + i]);
                t22Array[t22At + i] = t22;
            }
            dyAt += dyOver;
            t7At += t7Over;
            weightAt += weightOver;
            t15At += t15Over;
            t20At += t20Over;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t22At += t22Over;
            t23At += t23Over;
        }
    }

    /**
     * <pre>
     * t24 = cast[float32] t23
     * </pre>
     */
    static void step5(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t23Array = (double[]) f.arrays[12];
        int t23At = f.at[12];
        int t23Over = f.over[12];
        int t23By = f.by[12];
        float[] t24Array = (float[]) f.arrays[13];
        int t24At = f.at[13];
        int t24Over = f.over[13];
        int t24By = f.by[13];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t23 = t23Array[t23At + i * t23By];
                float t24 = (float) t23;
                t24Array[t24At + i * t24By] = t24;
            }
            t23At += t23Over;
            t24At += t24Over;
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
            case 8:
                step4(f);
                break;
            case 9:
                step4Exact(f);
                break;
            case 10:
                step5(f);
                break;
            default:
                throw new IllegalArgumentException();
        }
    }
}
