package org.fusegrad.generated;

import jdk.incubator.vector.FloatVector;

import jdk.incubator.vector.VectorSpecies;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel BatchNormBackwardVector512, generated; do not edit.
 */
public final class BatchNormBackwardVector512 extends RowProgram {
    static final VectorSpecies S = FloatVector.SPECIES_512;

    static final Class V = S.vectorType();

    /**
     * <pre>
     * t1 = cast[float64] weight
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t7 = mul t1 t6
     * t8 = cast[float32] t7
     * </pre>
     */
    static void step0(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c0 = (double) f.constants[0];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        float[] weightArray = (float[]) f.arrays[0];
        int weightAt = f.at[0];
        int weightOver = f.over[0];
        int weightBy = f.by[0];
        double[] xArray = (double[]) f.arrays[1];
        int xAt = f.at[1];
        int xOver = f.over[1];
        int xBy = f.by[1];
        float[] t8Array = (float[]) f.arrays[6];
        int t8At = f.at[6];
        int t8Over = f.over[6];
        int t8By = f.by[6];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                float weight = weightArray[weightAt + i * weightBy];
                double x = xArray[xAt + i * xBy];
                double t1 = (double) weight;
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                double t7 = t1 * t6;
                float t8 = (float) t7;
                t8Array[t8At + i * t8By] = t8;
            }
            weightAt += weightOver;
            xAt += xOver;
            t8At += t8Over;
        }
    }

    /**
     * <pre>
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t11 = sum_mul[2] xc dy
     * t19 = sum[2] dy
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[5];
        int dyAt = f.at[5];
        int dyOver = f.over[5];
        float[] x_3Array = (float[]) f.arrays[4];
        int x_3At = f.at[4];
        int x_3Over = f.over[4];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] pivotArray = (float[]) f.arrays[3];
        int pivotAt = f.at[3];
        int pivotOver = f.over[3];
        double[] t11Array = (double[]) f.arrays[7];
        int t11At = f.at[7];
        int t11Over = f.over[7];
        double[] t19Array = (double[]) f.arrays[10];
        int t19At = f.at[10];
        int t19Over = f.over[10];
        for (int row = 0; row < rows; row++) {
            float x_3 = x_3Array[x_3At];
            FloatVector x_3V = FloatVector.broadcast(S, x_3);
            float pivot = pivotArray[pivotAt];
            FloatVector pivotV = FloatVector.broadcast(S, pivot);
            int i = 0;
            FloatVector t11V0 = FloatVector.broadcast(S, 0f);
            FloatVector t11V1 = FloatVector.broadcast(S, 0f);
            FloatVector t19V0 = FloatVector.broadcast(S, 0f);
            FloatVector t19V1 = FloatVector.broadcast(S, 0f);
            for (int end = n - 32; i <= end; i += 32) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t11V0 = xcV.fma(dyV, t11V0);
                    t19V0 = dyV.add(t19V0);
                }
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i + 16);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i + 16);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t11V1 = xcV.fma(dyV, t11V1);
                    t19V1 = dyV.add(t19V1);
                }
            }
            if (i + 16 <= n) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    t11V0 = xcV.fma(dyV, t11V0);
                    t19V0 = dyV.add(t19V0);
                }
                i += 16;
            }
            ((FloatVector) V.cast(t11V0)).intoArray(f.lanes, 0 + 0);
            ((FloatVector) V.cast(t11V1)).intoArray(f.lanes, 0 + 16);
            ((FloatVector) V.cast(t19V0)).intoArray(f.lanes, 32 + 0);
            ((FloatVector) V.cast(t19V1)).intoArray(f.lanes, 32 + 16);
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float d = x_2 - pivot;
                float xc = d - x_3;
                f.lanes[0 + (i & 31)] = Math.fma(xc, dy, f.lanes[0 + (i & 31)]);
                f.lanes[32 + (i & 31)] = f.lanes[32 + (i & 31)] + dy;
            }
            double t11Sum = f.sum(0);
            double t19Sum = f.sum(32);
            if (!(Math.abs(t11Sum) <= Double.MAX_VALUE && Math.abs(t19Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t11Sum;
                f.sums[1] = t19Sum;
                f.at[5] = dyAt;
                f.at[4] = x_3At;
                f.at[2] = x_2At;
                f.at[3] = pivotAt;
                f.at[7] = t11At;
                f.at[10] = t19At;
                f.rows = 1;
                step1Exact(f);
            } else {
                t11Array[t11At] += t11Sum;
                t19Array[t19At] += t19Sum;
            }
            dyAt += dyOver;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t11At += t11Over;
            t19At += t19Over;
        }
    }

    /**
     * <pre>
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t11 = sum_mul[2] xc dy
     * t19 = sum[2] dy
     * </pre>
     */
    static void step1Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[5];
        int dyAt = f.at[5];
        int dyOver = f.over[5];
        float[] x_3Array = (float[]) f.arrays[4];
        int x_3At = f.at[4];
        int x_3Over = f.over[4];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] pivotArray = (float[]) f.arrays[3];
        int pivotAt = f.at[3];
        int pivotOver = f.over[3];
        double[] t11Array = (double[]) f.arrays[7];
        int t11At = f.at[7];
        int t11Over = f.over[7];
        double[] t19Array = (double[]) f.arrays[10];
        int t19At = f.at[10];
        int t19Over = f.over[10];
        for (int row = 0; row < rows; row++) {
            float x_3 = x_3Array[x_3At];
            float pivot = pivotArray[pivotAt];
            double t11Sum = 0;
            double t19Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float d = x_2 - pivot;
                float xc = d - x_3;
                t11Sum = Math.fma((double) xc, (double) dy, t11Sum);
                t19Sum = t19Sum + dy;
            }
            t11Array[t11At] += Frame.orElse(f.sums[0], t11Sum);
            t19Array[t19At] += Frame.orElse(f.sums[1], t19Sum);
            dyAt += dyOver;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t11At += t11Over;
            t19At += t19Over;
        }
    }

    /**
     * <pre>
     * t12 = sum[0] t11
     * t20 = sum[0] t19
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t11Array = (double[]) f.arrays[7];
        int t11At = f.at[7];
        int t11Over = f.over[7];
        int t11By = f.by[7];
        double[] t19Array = (double[]) f.arrays[10];
        int t19At = f.at[10];
        int t19Over = f.over[10];
        int t19By = f.by[10];
        double[] t12Array = (double[]) f.arrays[8];
        int t12At = f.at[8];
        int t12Over = f.over[8];
        int t12By = f.by[8];
        double[] t20Array = (double[]) f.arrays[11];
        int t20At = f.at[11];
        int t20Over = f.over[11];
        int t20By = f.by[11];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t11 = t11Array[t11At + i * t11By];
                double t19 = t19Array[t19At + i * t19By];
                t12Array[t12At + i * t12By] = t12Array[t12At + i * t12By] + t11;
                t20Array[t20At + i * t20By] = t20Array[t20At + i * t20By] + t19;
            }
            t11At += t11Over;
            t19At += t19Over;
            t12At += t12Over;
            t20At += t20Over;
        }
    }

    /**
     * <pre>
     * t1 = cast[float64] weight
     * t2 = maximum x c0
     * t3 = div t2 c1
     * t4 = add t3 c2
     * t5 = sqrt t4
     * t6 = reciprocal t5
     * t7 = mul t1 t6
     * t9 = mul t6 t6
     * t10 = mul t1 t9
     * t13 = mul t10 t12
     * t14 = mul t5 c3
     * t15 = div t13 t14
     * t16 = div t15 c1
     * t17 = mul t16 c4
     * t18 = cast[float32] t17
     * t21 = mul t7 t20
     * t22 = div t21 c1
     * t23 = neg t22
     * t24 = cast[float32] t23
     * t27 = mul t6 t12
     * t28 = cast[float32] t27
     * t29 = cast[float32] t20
     * </pre>
     */
    static void step3(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c0 = (double) f.constants[0];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        double c3 = (double) f.constants[3];
        double c4 = (double) f.constants[4];
        double[] t20Array = (double[]) f.arrays[11];
        int t20At = f.at[11];
        int t20Over = f.over[11];
        int t20By = f.by[11];
        double[] t12Array = (double[]) f.arrays[8];
        int t12At = f.at[8];
        int t12Over = f.over[8];
        int t12By = f.by[8];
        float[] weightArray = (float[]) f.arrays[0];
        int weightAt = f.at[0];
        int weightOver = f.over[0];
        int weightBy = f.by[0];
        double[] xArray = (double[]) f.arrays[1];
        int xAt = f.at[1];
        int xOver = f.over[1];
        int xBy = f.by[1];
        float[] t18Array = (float[]) f.arrays[9];
        int t18At = f.at[9];
        int t18Over = f.over[9];
        int t18By = f.by[9];
        float[] t24Array = (float[]) f.arrays[12];
        int t24At = f.at[12];
        int t24Over = f.over[12];
        int t24By = f.by[12];
        float[] t28Array = (float[]) f.arrays[14];
        int t28At = f.at[14];
        int t28Over = f.over[14];
        int t28By = f.by[14];
        float[] t29Array = (float[]) f.arrays[15];
        int t29At = f.at[15];
        int t29Over = f.over[15];
        int t29By = f.by[15];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t20 = t20Array[t20At + i * t20By];
                double t12 = t12Array[t12At + i * t12By];
                float weight = weightArray[weightAt + i * weightBy];
                double x = xArray[xAt + i * xBy];
                double t1 = (double) weight;
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                double t7 = t1 * t6;
                double t9 = t6 * t6;
                double t10 = t1 * t9;
                double t13 = t10 * t12;
                double t14 = t5 * c3;
                double t15 = t13 / t14;
                double t16 = t15 / c1;
                double t17 = t16 * c4;
                float t18 = (float) t17;
                double t21 = t7 * t20;
                double t22 = t21 / c1;
                double t23 = -t22;
                float t24 = (float) t23;
                double t27 = t6 * t12;
                float t28 = (float) t27;
                float t29 = (float) t20;
                t18Array[t18At + i * t18By] = t18;
                t24Array[t24At + i * t24By] = t24;
                t28Array[t28At + i * t28By] = t28;
                t29Array[t29At + i * t29By] = t29;
            }
            t20At += t20Over;
            t12At += t12Over;
            weightAt += weightOver;
            xAt += xOver;
            t18At += t18Over;
            t24At += t24Over;
            t28At += t28Over;
            t29At += t29Over;
        }
    }

    /**
     * <pre>
     * d = sub x_2 pivot
     * xc = sub d x_3
     * t25 = fma xc t18 t24
     * t26 = fma dy t8 t25
     * </pre>
     */
    static void step4(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[5];
        int dyAt = f.at[5];
        int dyOver = f.over[5];
        float[] t8Array = (float[]) f.arrays[6];
        int t8At = f.at[6];
        int t8Over = f.over[6];
        float[] t18Array = (float[]) f.arrays[9];
        int t18At = f.at[9];
        int t18Over = f.over[9];
        float[] t24Array = (float[]) f.arrays[12];
        int t24At = f.at[12];
        int t24Over = f.over[12];
        float[] x_3Array = (float[]) f.arrays[4];
        int x_3At = f.at[4];
        int x_3Over = f.over[4];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] pivotArray = (float[]) f.arrays[3];
        int pivotAt = f.at[3];
        int pivotOver = f.over[3];
        float[] t26Array = (float[]) f.arrays[13];
        int t26At = f.at[13];
        int t26Over = f.over[13];
        for (int row = 0; row < rows; row++) {
            float t8 = t8Array[t8At];
            FloatVector t8V = FloatVector.broadcast(S, t8);
            float t18 = t18Array[t18At];
            FloatVector t18V = FloatVector.broadcast(S, t18);
            float t24 = t24Array[t24At];
            FloatVector t24V = FloatVector.broadcast(S, t24);
            float x_3 = x_3Array[x_3At];
            FloatVector x_3V = FloatVector.broadcast(S, x_3);
            float pivot = pivotArray[pivotAt];
            FloatVector pivotV = FloatVector.broadcast(S, pivot);
            int i = 0;
            for (int end = n - 16; i <= end; i += 16) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector dV = x_2V.sub(pivotV);
                    FloatVector xcV = dV.sub(x_3V);
                    FloatVector t25V = xcV.fma(t18V, t24V);
                    FloatVector t26V = dyV.fma(t8V, t25V);
                    t26V.intoArray(t26Array, t26At + i);
                }
            }
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float d = x_2 - pivot;
                float xc = d - x_3;
                float t25 = Math.fma(xc, t18, t24);
                float t26 = Math.fma(dy, t8, t25);
                t26Array[t26At + i] = t26;
            }
            dyAt += dyOver;
            t8At += t8Over;
            t18At += t18Over;
            t24At += t24Over;
            x_3At += x_3Over;
            x_2At += x_2Over;
            pivotAt += pivotOver;
            t26At += t26Over;
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
            default:
                throw new IllegalArgumentException();
        }
    }
}
