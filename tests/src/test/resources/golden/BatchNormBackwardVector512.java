package org.fusegrad.generated;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel BatchNormBackwardVector512, generated; do not edit.
 */
public final class BatchNormBackwardVector512 extends RowProgram {
    static final VectorSpecies S = FloatVector.SPECIES_512;

    static final VectorSpecies D = DoubleVector.SPECIES_512;

    static final VectorSpecies F = FloatVector.SPECIES_256;

    static final Class VD = D.vectorType();

    static final Class VF = F.vectorType();

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
     * t13 = neg lo
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
        double[] t13Array = (double[]) f.arrays[8];
        int t13At = f.at[8];
        int t13Over = f.over[8];
        int t13By = f.by[8];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double lo = loArray[loAt + i * loBy];
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
                double t13 = -lo;
                t8Array[t8At + i * t8By] = t8;
                t13Array[t13At + i * t13By] = t13;
            }
            loAt += loOver;
            weightAt += weightOver;
            xAt += xOver;
            t8At += t8Over;
            t13At += t13Over;
        }
    }

    /**
     * <pre>
     * t9 = sub x_2 centre
     * t12 = sum[2] dy
     * t14 = sum_mul[2] t9 dy
     * </pre>
     */
    static void step1(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[4];
        int dyAt = f.at[4];
        int dyOver = f.over[4];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] centreArray = (float[]) f.arrays[3];
        int centreAt = f.at[3];
        int centreOver = f.over[3];
        double[] t12Array = (double[]) f.arrays[7];
        int t12At = f.at[7];
        int t12Over = f.over[7];
        double[] t14Array = (double[]) f.arrays[9];
        int t14At = f.at[9];
        int t14Over = f.over[9];
        for (int row = 0; row < rows; row++) {
            float centre = centreArray[centreAt];
            FloatVector centreV = FloatVector.broadcast(S, centre);
            int i = 0;
            FloatVector t12V0 = FloatVector.broadcast(S, 0f);
            FloatVector t12V1 = FloatVector.broadcast(S, 0f);
            FloatVector t14V0 = FloatVector.broadcast(S, 0f);
            FloatVector t14V1 = FloatVector.broadcast(S, 0f);
            for (int end = n - 32; i <= end; i += 32) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t9V = x_2V.sub(centreV);
                    t12V0 = dyV.add((FloatVector) V.cast(t12V0));
                    t14V0 = t9V.fma(dyV, (FloatVector) V.cast(t14V0));
                }
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i + 16);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i + 16);
                    FloatVector t9V = x_2V.sub(centreV);
                    t12V1 = dyV.add((FloatVector) V.cast(t12V1));
                    t14V1 = t9V.fma(dyV, (FloatVector) V.cast(t14V1));
                }
            }
            if (i + 16 <= n) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t9V = x_2V.sub(centreV);
                    t12V0 = dyV.add((FloatVector) V.cast(t12V0));
                    t14V0 = t9V.fma(dyV, (FloatVector) V.cast(t14V0));
                }
                i += 16;
            }
            ((FloatVector) V.cast(t12V0)).intoArray(f.lanes, 12 + 0);
            ((FloatVector) V.cast(t12V1)).intoArray(f.lanes, 12 + 16);
            ((FloatVector) V.cast(t14V0)).intoArray(f.lanes, 44 + 0);
            ((FloatVector) V.cast(t14V1)).intoArray(f.lanes, 44 + 16);
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t9 = x_2 - centre;
                f.lanes[12 + (i & 31)] = f.lanes[12 + (i & 31)] + dy;
                f.lanes[44 + (i & 31)] = Math.fma(t9, dy, f.lanes[44 + (i & 31)]);
            }
            trees(f, 2);
            double t12Sum = f.sums[0];
            double t14Sum = f.sums[1];
            if (!(Math.abs(t12Sum) <= Double.MAX_VALUE && Math.abs(t14Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t12Sum;
                f.sums[1] = t14Sum;
                f.at[4] = dyAt;
                f.at[2] = x_2At;
                f.at[3] = centreAt;
                f.at[7] = t12At;
                f.at[9] = t14At;
                f.rows = 1;
                step1Exact(f);
            } else {
                t12Array[t12At] += t12Sum;
                t14Array[t14At] += t14Sum;
            }
            dyAt += dyOver;
            x_2At += x_2Over;
            centreAt += centreOver;
            t12At += t12Over;
            t14At += t14Over;
        }
    }

    /**
     * <pre>
     * t9 = sub x_2 centre
     * t12 = sum[2] dy
     * t14 = sum_mul[2] t9 dy
     * </pre>
     */
    static void step1Exact(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[4];
        int dyAt = f.at[4];
        int dyOver = f.over[4];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] centreArray = (float[]) f.arrays[3];
        int centreAt = f.at[3];
        int centreOver = f.over[3];
        double[] t12Array = (double[]) f.arrays[7];
        int t12At = f.at[7];
        int t12Over = f.over[7];
        double[] t14Array = (double[]) f.arrays[9];
        int t14At = f.at[9];
        int t14Over = f.over[9];
        for (int row = 0; row < rows; row++) {
            float centre = centreArray[centreAt];
            double t12Sum = 0;
            double t14Sum = 0;
            for (int i = 0; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t9 = x_2 - centre;
                t12Sum = t12Sum + dy;
                t14Sum = Math.fma((double) t9, (double) dy, t14Sum);
            }
            t12Array[t12At] += Frame.orElse(f.sums[0], t12Sum);
            t14Array[t14At] += Frame.orElse(f.sums[1], t14Sum);
            dyAt += dyOver;
            x_2At += x_2Over;
            centreAt += centreOver;
            t12At += t12Over;
            t14At += t14Over;
        }
    }

    /**
     * <pre>
     * t15 = fma t12 t13 t14
     * t16 = sum[0] t15
     * t25 = sum[0] t12
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double[] t12Array = (double[]) f.arrays[7];
        int t12At = f.at[7];
        int t12Over = f.over[7];
        int t12By = f.by[7];
        double[] t13Array = (double[]) f.arrays[8];
        int t13At = f.at[8];
        int t13Over = f.over[8];
        int t13By = f.by[8];
        double[] t14Array = (double[]) f.arrays[9];
        int t14At = f.at[9];
        int t14Over = f.over[9];
        int t14By = f.by[9];
        double[] t16Array = (double[]) f.arrays[10];
        int t16At = f.at[10];
        int t16Over = f.over[10];
        int t16By = f.by[10];
        double[] t25Array = (double[]) f.arrays[12];
        int t25At = f.at[12];
        int t25Over = f.over[12];
        int t25By = f.by[12];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t12 = t12Array[t12At + i * t12By];
                double t13 = t13Array[t13At + i * t13By];
                double t14 = t14Array[t14At + i * t14By];
                double t15 = Math.fma(t12, t13, t14);
                t16Array[t16At + i * t16By] = t16Array[t16At + i * t16By] + t15;
                t25Array[t25At + i * t25By] = t25Array[t25At + i * t25By] + t12;
            }
            t12At += t12Over;
            t13At += t13Over;
            t14At += t14Over;
            t16At += t16Over;
            t25At += t25Over;
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
     * t10 = mul t6 t6
     * t11 = mul t1 t10
     * t17 = mul t11 t16
     * t18 = mul t5 c3
     * t19 = div t17 t18
     * t20 = div t19 c1
     * t21 = mul t20 c4
     * t22 = cast[float32] t21
     * t23 = mul lo t21
     * t24 = neg t23
     * t26 = mul t7 t25
     * t27 = div t26 c1
     * t28 = sub t24 t27
     * t29 = cast[float32] t28
     * t32 = mul t6 t16
     * t33 = cast[float32] t32
     * t34 = cast[float32] t25
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
        double[] t25Array = (double[]) f.arrays[12];
        int t25At = f.at[12];
        int t25Over = f.over[12];
        int t25By = f.by[12];
        double[] t16Array = (double[]) f.arrays[10];
        int t16At = f.at[10];
        int t16Over = f.over[10];
        int t16By = f.by[10];
        double[] loArray = (double[]) f.arrays[5];
        int loAt = f.at[5];
        int loOver = f.over[5];
        int loBy = f.by[5];
        float[] weightArray = (float[]) f.arrays[0];
        int weightAt = f.at[0];
        int weightOver = f.over[0];
        int weightBy = f.by[0];
        double[] xArray = (double[]) f.arrays[1];
        int xAt = f.at[1];
        int xOver = f.over[1];
        int xBy = f.by[1];
        float[] t22Array = (float[]) f.arrays[11];
        int t22At = f.at[11];
        int t22Over = f.over[11];
        int t22By = f.by[11];
        float[] t29Array = (float[]) f.arrays[13];
        int t29At = f.at[13];
        int t29Over = f.over[13];
        int t29By = f.by[13];
        float[] t33Array = (float[]) f.arrays[15];
        int t33At = f.at[15];
        int t33Over = f.over[15];
        int t33By = f.by[15];
        float[] t34Array = (float[]) f.arrays[16];
        int t34At = f.at[16];
        int t34Over = f.over[16];
        int t34By = f.by[16];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t25 = t25Array[t25At + i * t25By];
                double t16 = t16Array[t16At + i * t16By];
                double lo = loArray[loAt + i * loBy];
                float weight = weightArray[weightAt + i * weightBy];
                double x = xArray[xAt + i * xBy];
                double t1 = (double) weight;
                double t2 = Math.max(x, c0);
                double t3 = t2 / c1;
                double t4 = t3 + c2;
                double t5 = (double) Math.sqrt(t4);
                double t6 = 1 / t5;
                double t7 = t1 * t6;
                double t10 = t6 * t6;
                double t11 = t1 * t10;
                double t17 = t11 * t16;
                double t18 = t5 * c3;
                double t19 = t17 / t18;
                double t20 = t19 / c1;
                double t21 = t20 * c4;
                float t22 = (float) t21;
                double t23 = lo * t21;
                double t24 = -t23;
                double t26 = t7 * t25;
                double t27 = t26 / c1;
                double t28 = t24 - t27;
                float t29 = (float) t28;
                double t32 = t6 * t16;
                float t33 = (float) t32;
                float t34 = (float) t25;
                t22Array[t22At + i * t22By] = t22;
                t29Array[t29At + i * t29By] = t29;
                t33Array[t33At + i * t33By] = t33;
                t34Array[t34At + i * t34By] = t34;
            }
            t25At += t25Over;
            t16At += t16Over;
            loAt += loOver;
            weightAt += weightOver;
            xAt += xOver;
            t22At += t22Over;
            t29At += t29Over;
            t33At += t33Over;
            t34At += t34Over;
        }
    }

    /**
     * <pre>
     * t9 = sub x_2 centre
     * t30 = fma t9 t22 t29
     * t31 = fma dy t8 t30
     * </pre>
     */
    static void step4(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float[] dyArray = (float[]) f.arrays[4];
        int dyAt = f.at[4];
        int dyOver = f.over[4];
        float[] t8Array = (float[]) f.arrays[6];
        int t8At = f.at[6];
        int t8Over = f.over[6];
        float[] t22Array = (float[]) f.arrays[11];
        int t22At = f.at[11];
        int t22Over = f.over[11];
        float[] t29Array = (float[]) f.arrays[13];
        int t29At = f.at[13];
        int t29Over = f.over[13];
        float[] x_2Array = (float[]) f.arrays[2];
        int x_2At = f.at[2];
        int x_2Over = f.over[2];
        float[] centreArray = (float[]) f.arrays[3];
        int centreAt = f.at[3];
        int centreOver = f.over[3];
        float[] t31Array = (float[]) f.arrays[14];
        int t31At = f.at[14];
        int t31Over = f.over[14];
        for (int row = 0; row < rows; row++) {
            float t8 = t8Array[t8At];
            FloatVector t8V = FloatVector.broadcast(S, t8);
            float t22 = t22Array[t22At];
            FloatVector t22V = FloatVector.broadcast(S, t22);
            float t29 = t29Array[t29At];
            FloatVector t29V = FloatVector.broadcast(S, t29);
            float centre = centreArray[centreAt];
            FloatVector centreV = FloatVector.broadcast(S, centre);
            int i = 0;
            for (int end = n - 16; i <= end; i += 16) {
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t9V = x_2V.sub(centreV);
                    FloatVector t30V = t9V.fma(t22V, t29V);
                    FloatVector t31V = dyV.fma(t8V, t30V);
                    t31V.intoArray(t31Array, t31At + i);
                }
            }
            if (i < n && n >= 16) {
                i = n - 16;
                {
                    FloatVector dyV = FloatVector.fromArray(S, dyArray, dyAt + i);
                    FloatVector x_2V = FloatVector.fromArray(S, x_2Array, x_2At + i);
                    FloatVector t9V = x_2V.sub(centreV);
                    FloatVector t30V = t9V.fma(t22V, t29V);
                    FloatVector t31V = dyV.fma(t8V, t30V);
                    t31V.intoArray(t31Array, t31At + i);
                }
                i = n;
            }
            for (; i < n; i++) {
                float dy = dyArray[dyAt + i];
                float x_2 = x_2Array[x_2At + i];
                float t9 = x_2 - centre;
                float t30 = Math.fma(t9, t22, t29);
                float t31 = Math.fma(dy, t8, t30);
                t31Array[t31At + i] = t31;
            }
            dyAt += dyOver;
            t8At += t8Over;
            t22At += t22Over;
            t29At += t29Over;
            x_2At += x_2Over;
            centreAt += centreOver;
            t31At += t31Over;
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
            default:
                throw new IllegalArgumentException();
        }
    }

    static void trees(Frame f, int sums) {
        for (int k = 0; k < sums; k++) {
            f.sums[k] = tree(f, 12 + k * 32);
        }
    }

    static double tree(Frame f, int from) {
        FloatVector l0 = (FloatVector) VF.cast(FloatVector.fromArray(F, f.lanes, from + 0));
        DoubleVector s0 = (DoubleVector) VD.cast(l0.convertShape(VectorOperators.F2D, D, 0));
        FloatVector l1 = (FloatVector) VF.cast(FloatVector.fromArray(F, f.lanes, from + 8));
        DoubleVector s1 = (DoubleVector) VD.cast(l1.convertShape(VectorOperators.F2D, D, 0));
        FloatVector l2 = (FloatVector) VF.cast(FloatVector.fromArray(F, f.lanes, from + 16));
        DoubleVector s2 = (DoubleVector) VD.cast(l2.convertShape(VectorOperators.F2D, D, 0));
        FloatVector l3 = (FloatVector) VF.cast(FloatVector.fromArray(F, f.lanes, from + 24));
        DoubleVector s3 = (DoubleVector) VD.cast(l3.convertShape(VectorOperators.F2D, D, 0));
        s0 = (DoubleVector) VD.cast(s0.add(s2));
        s1 = (DoubleVector) VD.cast(s1.add(s3));
        s0 = (DoubleVector) VD.cast(s0.add(s1));
        s0.intoArray(f.tree, 6);
        return (((f.tree[6] + f.tree[10]) + (f.tree[8] + f.tree[12])) + ((f.tree[7] + f.tree[11]) + (f.tree[9] + f.tree[13])));
    }
}
