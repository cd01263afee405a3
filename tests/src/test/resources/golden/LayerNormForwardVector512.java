package org.fusegrad.generated;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;

/**
 * Kernel LayerNormForwardVector512, generated; do not edit.
 */
public final class LayerNormForwardVector512 extends RowProgram {
    static final VectorSpecies S = FloatVector.SPECIES_512;

    static final VectorSpecies D = DoubleVector.SPECIES_512;

    static final VectorSpecies F = FloatVector.SPECIES_256;

    static final Class VD = D.vectorType();

    static final Class VF = F.vectorType();

    static final Class V = S.vectorType();

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
     * t8 = sum_mul[1] d d
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
        double[] t8Array = (double[]) f.arrays[9];
        int t8At = f.at[9];
        int t8Over = f.over[9];
        float[] t27Array = (float[]) f.arrays[15];
        int t27At = f.at[15];
        int t27Over = f.over[15];
        int prefetched = 0;
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            FloatVector pivotV = FloatVector.broadcast(S, pivot);
            int i = 0;
            FloatVector t6V0 = FloatVector.broadcast(S, 0f);
            FloatVector t6V1 = FloatVector.broadcast(S, 0f);
            FloatVector t8V0 = FloatVector.broadcast(S, 0f);
            FloatVector t8V1 = FloatVector.broadcast(S, 0f);
            for (int end = n - 64; i <= end; i += 64) {
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V0 = dV.add((FloatVector) V.cast(t6V0));
                    t8V0 = dV.fma(dV, (FloatVector) V.cast(t8V0));
                }
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i + 16]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i + 16);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V1 = dV.add((FloatVector) V.cast(t6V1));
                    t8V1 = dV.fma(dV, (FloatVector) V.cast(t8V1));
                }
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i + 32]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i + 32);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V0 = dV.add((FloatVector) V.cast(t6V0));
                    t8V0 = dV.fma(dV, (FloatVector) V.cast(t8V0));
                }
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i + 48]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i + 48);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V1 = dV.add((FloatVector) V.cast(t6V1));
                    t8V1 = dV.fma(dV, (FloatVector) V.cast(t8V1));
                }
            }
            if (i + 32 <= n) {
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V0 = dV.add((FloatVector) V.cast(t6V0));
                    t8V0 = dV.fma(dV, (FloatVector) V.cast(t8V0));
                }
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i + 16]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i + 16);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V1 = dV.add((FloatVector) V.cast(t6V1));
                    t8V1 = dV.fma(dV, (FloatVector) V.cast(t8V1));
                }
                i += 32;
            }
            if (i + 16 <= n) {
                {
                    prefetched |= Float.floatToRawIntBits(t27Array[t27At + i]);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                    FloatVector dV = x_5V.sub(pivotV);
                    t6V0 = dV.add((FloatVector) V.cast(t6V0));
                    t8V0 = dV.fma(dV, (FloatVector) V.cast(t8V0));
                }
                i += 16;
            }
            ((FloatVector) V.cast(t6V0)).intoArray(f.lanes, 12 + 0);
            ((FloatVector) V.cast(t6V1)).intoArray(f.lanes, 12 + 16);
            ((FloatVector) V.cast(t8V0)).intoArray(f.lanes, 44 + 0);
            ((FloatVector) V.cast(t8V1)).intoArray(f.lanes, 44 + 16);
            for (; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                f.lanes[12 + (i & 31)] = f.lanes[12 + (i & 31)] + d;
                f.lanes[44 + (i & 31)] = Math.fma(d, d, f.lanes[44 + (i & 31)]);
            }
            trees(f, 2);
            double t6Sum = f.sums[0];
            double t8Sum = f.sums[1];
            if (!(Math.abs(t6Sum) <= Double.MAX_VALUE && Math.abs(t8Sum) <= Double.MAX_VALUE)) {
                f.sums[0] = t6Sum;
                f.sums[1] = t8Sum;
                f.at[4] = x_5At;
                f.at[7] = pivotAt;
                f.at[8] = t6At;
                f.at[9] = t8At;
                f.at[15] = t27At;
                f.rows = 1;
                step1Exact(f);
            } else {
                t6Array[t6At] += t6Sum;
                t8Array[t8At] += t8Sum;
            }
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t8At += t8Over;
            t27At += t27Over;
        }
        f.prefetched = prefetched;
    }

    /**
     * <pre>
     * d = sub x_5 pivot
     * t6 = sum[1] d
     * t8 = sum_mul[1] d d
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
        double[] t8Array = (double[]) f.arrays[9];
        int t8At = f.at[9];
        int t8Over = f.over[9];
        for (int row = 0; row < rows; row++) {
            float pivot = pivotArray[pivotAt];
            double t6Sum = 0;
            double t8Sum = 0;
            for (int i = 0; i < n; i++) {
                float x_5 = x_5Array[x_5At + i];
                float d = x_5 - pivot;
                t6Sum = t6Sum + d;
                t8Sum = Math.fma((double) d, (double) d, t8Sum);
            }
            t6Array[t6At] += Frame.orElse(f.sums[0], t6Sum);
            t8Array[t8At] += Frame.orElse(f.sums[1], t8Sum);
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t8At += t8Over;
        }
    }

    /**
     * <pre>
     * shift = div t6 c1
     * t7 = neg shift
     * t9 = fma t7 t6 t8
     * t10 = cast[float64] pivot
     * t11 = add t10 shift
     * t12 = mul t11 t11
     * t13 = mul t12 c1
     * t14 = maximum t9 c2
     * t15 = le t13 t14
     * mean = cast[float32] t11
     * centre = where t15 c3 mean
     * t16 = cast[float64] centre
     * t17 = sub t10 t16
     * lo = add t17 shift
     * t19 = div t14 c1
     * t20 = add t19 c4
     * t21 = sqrt t20
     * t22 = reciprocal t21
     * t23 = cast[float32] t22
     * t24 = mul t22 lo
     * t25 = neg t24
     * t26 = cast[float32] t25
     * </pre>
     */
    static void step2(Frame f) {
        int n = f.n;
        int rows = f.rows;
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        float c3 = (float) f.constants[3];
        double c4 = (double) f.constants[4];
        double[] t6Array = (double[]) f.arrays[8];
        int t6At = f.at[8];
        int t6Over = f.over[8];
        int t6By = f.by[8];
        double[] t8Array = (double[]) f.arrays[9];
        int t8At = f.at[9];
        int t8Over = f.over[9];
        int t8By = f.by[9];
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        int pivotBy = f.by[7];
        double[] t9Array = (double[]) f.arrays[10];
        int t9At = f.at[10];
        int t9Over = f.over[10];
        int t9By = f.by[10];
        float[] centreArray = (float[]) f.arrays[11];
        int centreAt = f.at[11];
        int centreOver = f.over[11];
        int centreBy = f.by[11];
        double[] loArray = (double[]) f.arrays[12];
        int loAt = f.at[12];
        int loOver = f.over[12];
        int loBy = f.by[12];
        float[] t23Array = (float[]) f.arrays[13];
        int t23At = f.at[13];
        int t23Over = f.over[13];
        int t23By = f.by[13];
        float[] t26Array = (float[]) f.arrays[14];
        int t26At = f.at[14];
        int t26Over = f.over[14];
        int t26By = f.by[14];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double t6 = t6Array[t6At + i * t6By];
                double t8 = t8Array[t8At + i * t8By];
                float pivot = pivotArray[pivotAt + i * pivotBy];
                double shift = t6 / c1;
                double t7 = -shift;
                double t9 = Math.fma(t7, t6, t8);
                double t10 = (double) pivot;
                double t11 = t10 + shift;
                double t12 = t11 * t11;
                double t13 = t12 * c1;
                double t14 = Math.max(t9, c2);
                boolean t15 = t13 <= t14;
                float mean = (float) t11;
                float centre = t15 ? c3 : mean;
                double t16 = (double) centre;
                double t17 = t10 - t16;
                double lo = t17 + shift;
                double t19 = t14 / c1;
                double t20 = t19 + c4;
                double t21 = (double) Math.sqrt(t20);
                double t22 = 1 / t21;
                float t23 = (float) t22;
                double t24 = t22 * lo;
                double t25 = -t24;
                float t26 = (float) t25;
                t9Array[t9At + i * t9By] = t9;
                centreArray[centreAt + i * centreBy] = centre;
                loArray[loAt + i * loBy] = lo;
                t23Array[t23At + i * t23By] = t23;
                t26Array[t26At + i * t26By] = t26;
            }
            t6At += t6Over;
            t8At += t8Over;
            pivotAt += pivotOver;
            t9At += t9Over;
            centreAt += centreOver;
            loAt += loOver;
            t23At += t23Over;
            t26At += t26Over;
        }
    }

    /**
     * <pre>
     * t18 = sub x_5 centre
     * xh = fma t18 t23 t26
     * t27 = fma xh weight bias
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
        float[] t23Array = (float[]) f.arrays[13];
        int t23At = f.at[13];
        int t23Over = f.over[13];
        float[] t26Array = (float[]) f.arrays[14];
        int t26At = f.at[14];
        int t26Over = f.over[14];
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] centreArray = (float[]) f.arrays[11];
        int centreAt = f.at[11];
        int centreOver = f.over[11];
        float[] t27Array = (float[]) f.arrays[15];
        int t27At = f.at[15];
        int t27Over = f.over[15];
        for (int row = 0; row < rows; row++) {
            float t23 = t23Array[t23At];
            FloatVector t23V = FloatVector.broadcast(S, t23);
            float t26 = t26Array[t26At];
            FloatVector t26V = FloatVector.broadcast(S, t26);
            float centre = centreArray[centreAt];
            FloatVector centreV = FloatVector.broadcast(S, centre);
            int i = 0;
            for (int end = n - 16; i <= end; i += 16) {
                {
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                    FloatVector biasV = FloatVector.fromArray(S, biasArray, biasAt + i);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                    FloatVector t18V = x_5V.sub(centreV);
                    FloatVector xhV = t18V.fma(t23V, t26V);
                    FloatVector t27V = xhV.fma(weightV, biasV);
                    t27V.intoArray(t27Array, t27At + i);
                }
            }
            if (i < n && n >= 16) {
                i = n - 16;
                {
                    FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                    FloatVector biasV = FloatVector.fromArray(S, biasArray, biasAt + i);
                    FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                    FloatVector t18V = x_5V.sub(centreV);
                    FloatVector xhV = t18V.fma(t23V, t26V);
                    FloatVector t27V = xhV.fma(weightV, biasV);
                    t27V.intoArray(t27Array, t27At + i);
                }
                i = n;
            }
            for (; i < n; i++) {
                float weight = weightArray[weightAt + i];
                float bias = biasArray[biasAt + i];
                float x_5 = x_5Array[x_5At + i];
                float t18 = x_5 - centre;
                float xh = Math.fma(t18, t23, t26);
                float t27 = Math.fma(xh, weight, bias);
                t27Array[t27At + i] = t27;
            }
            weightAt += weightOver;
            biasAt += biasOver;
            t23At += t23Over;
            t26At += t26Over;
            x_5At += x_5Over;
            centreAt += centreOver;
            t27At += t27Over;
        }
    }

    /**
     * <pre>
     * t1 = mul x c0
     * t2 = fma x_2 c0 t1
     * t3 = mul x_3 c0
     * t4 = fma x_4 c0 t3
     * t5 = mul t4 c0
     * pivot = fma t2 c0 t5
     * d = sub x_5 pivot
     * t6 = sum[1] d
     * t8 = sum_mul[1] d d
     * shift = div t6 c1
     * t7 = neg shift
     * t9 = fma t7 t6 t8
     * t10 = cast[float64] pivot
     * t11 = add t10 shift
     * t12 = mul t11 t11
     * t13 = mul t12 c1
     * t14 = maximum t9 c2
     * t15 = le t13 t14
     * mean = cast[float32] t11
     * centre = where t15 c3 mean
     * t16 = cast[float64] centre
     * t17 = sub t10 t16
     * lo = add t17 shift
     * t19 = div t14 c1
     * t20 = add t19 c4
     * t21 = sqrt t20
     * t22 = reciprocal t21
     * t23 = cast[float32] t22
     * t24 = mul t22 lo
     * t25 = neg t24
     * t26 = cast[float32] t25
     * t18 = sub x_5 centre
     * xh = fma t18 t23 t26
     * t27 = fma xh weight bias
     * </pre>
     */
    static void joined(Frame f) {
        int n = f.n;
        int rows = f.rows;
        float c0 = (float) f.constants[0];
        float[] x_2Array = (float[]) f.arrays[1];
        int x_2At = f.at[1];
        int x_2Over = f.over[1];
        float[] xArray = (float[]) f.arrays[0];
        int xAt = f.at[0];
        int xOver = f.over[0];
        float[] x_4Array = (float[]) f.arrays[3];
        int x_4At = f.at[3];
        int x_4Over = f.over[3];
        float[] x_3Array = (float[]) f.arrays[2];
        int x_3At = f.at[2];
        int x_3Over = f.over[2];
        float[] x_5Array = (float[]) f.arrays[4];
        int x_5At = f.at[4];
        int x_5Over = f.over[4];
        float[] pivotArray = (float[]) f.arrays[7];
        int pivotAt = f.at[7];
        int pivotOver = f.over[7];
        double[] t6Array = (double[]) f.arrays[8];
        int t6At = f.at[8];
        int t6Over = f.over[8];
        double[] t8Array = (double[]) f.arrays[9];
        int t8At = f.at[9];
        int t8Over = f.over[9];
        double c1 = (double) f.constants[1];
        double c2 = (double) f.constants[2];
        float c3 = (float) f.constants[3];
        double c4 = (double) f.constants[4];
        double[] t9Array = (double[]) f.arrays[10];
        int t9At = f.at[10];
        int t9Over = f.over[10];
        float[] centreArray = (float[]) f.arrays[11];
        int centreAt = f.at[11];
        int centreOver = f.over[11];
        double[] loArray = (double[]) f.arrays[12];
        int loAt = f.at[12];
        int loOver = f.over[12];
        float[] weightArray = (float[]) f.arrays[5];
        int weightAt = f.at[5];
        int weightOver = f.over[5];
        float[] biasArray = (float[]) f.arrays[6];
        int biasAt = f.at[6];
        int biasOver = f.over[6];
        float[] t27Array = (float[]) f.arrays[15];
        int t27At = f.at[15];
        int t27Over = f.over[15];
        for (int row = 0; row < rows; row++) {
            float pivotKept;
            double t6Kept;
            double t8Kept;
            float centreKept;
            float t23Kept;
            float t26Kept;
            {
                float x_2 = x_2Array[x_2At];
                float x = xArray[xAt];
                float x_4 = x_4Array[x_4At];
                float x_3 = x_3Array[x_3At];
                float t1 = x * c0;
                float t2 = Math.fma(x_2, c0, t1);
                float t3 = x_3 * c0;
                float t4 = Math.fma(x_4, c0, t3);
                float t5 = t4 * c0;
                float pivot = Math.fma(t2, c0, t5);
                pivotKept = pivot;
            }
            {
                float pivot = pivotKept;
                int i = 0;
                FloatVector t6V0 = FloatVector.broadcast(S, 0f);
                FloatVector t6V1 = FloatVector.broadcast(S, 0f);
                FloatVector t8V0 = FloatVector.broadcast(S, 0f);
                FloatVector t8V1 = FloatVector.broadcast(S, 0f);
                for (int end = n - 16; i <= end; i += 16) {
                    {
                        FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                        FloatVector dV = x_5V.sub(FloatVector.broadcast(S, pivot));
                        FloatVector t6P = dV.add((FloatVector) V.cast(t6V0));
                        t6V0 = t6V1;
                        t6V1 = t6P;
                        FloatVector t8P = dV.fma(dV, (FloatVector) V.cast(t8V0));
                        t8V0 = t8V1;
                        t8V1 = t8P;
                    }
                }
                ((FloatVector) V.cast(t6V0)).intoArray(f.lanes, 12 + (i + 0 & 31));
                ((FloatVector) V.cast(t6V1)).intoArray(f.lanes, 12 + (i + 16 & 31));
                ((FloatVector) V.cast(t8V0)).intoArray(f.lanes, 44 + (i + 0 & 31));
                ((FloatVector) V.cast(t8V1)).intoArray(f.lanes, 44 + (i + 16 & 31));
                for (; i < n; i++) {
                    float x_5 = x_5Array[x_5At + i];
                    float d = x_5 - pivot;
                    f.lanes[12 + (i & 31)] = f.lanes[12 + (i & 31)] + d;
                    f.lanes[44 + (i & 31)] = Math.fma(d, d, f.lanes[44 + (i & 31)]);
                }
                double t6Sum = tree(f, 12);
                double t8Sum = tree(f, 44);
                if (!(Math.abs(t6Sum) <= Double.MAX_VALUE && Math.abs(t8Sum) <= Double.MAX_VALUE)) {
                    f.sums[0] = t6Sum;
                    f.sums[1] = t8Sum;
                    pivotArray[pivotAt] = pivotKept;
                    f.at[1] = x_2At;
                    f.at[0] = xAt;
                    f.at[3] = x_4At;
                    f.at[2] = x_3At;
                    f.at[4] = x_5At;
                    f.at[7] = pivotAt;
                    f.at[8] = t6At;
                    f.at[9] = t8At;
                    f.at[10] = t9At;
                    f.at[11] = centreAt;
                    f.at[12] = loAt;
                    f.at[5] = weightAt;
                    f.at[6] = biasAt;
                    f.at[15] = t27At;
                    f.rows = 1;
                    step1Exact(f);
                    t6Kept = t6Array[t6At];
                    t8Kept = t8Array[t8At];
                } else {
                    t6Kept = 0 + t6Sum;
                    t8Kept = 0 + t8Sum;
                }
            }
            {
                double t6 = t6Kept;
                double t8 = t8Kept;
                float pivot = pivotKept;
                double shift = t6 / c1;
                double t7 = -shift;
                double t9 = Math.fma(t7, t6, t8);
                double t10 = (double) pivot;
                double t11 = t10 + shift;
                double t12 = t11 * t11;
                double t13 = t12 * c1;
                double t14 = Math.max(t9, c2);
                boolean t15 = t13 <= t14;
                float mean = (float) t11;
                float centre = t15 ? c3 : mean;
                double t16 = (double) centre;
                double t17 = t10 - t16;
                double lo = t17 + shift;
                double t19 = t14 / c1;
                double t20 = t19 + c4;
                double t21 = (double) Math.sqrt(t20);
                double t22 = 1 / t21;
                float t23 = (float) t22;
                double t24 = t22 * lo;
                double t25 = -t24;
                float t26 = (float) t25;
                t9Array[t9At] = t9;
                centreKept = centre;
                centreArray[centreAt] = centre;
                loArray[loAt] = lo;
                t23Kept = t23;
                t26Kept = t26;
            }
            {
                float t23 = t23Kept;
                float t26 = t26Kept;
                float centre = centreKept;
                int i = 0;
                for (int end = n - 16; i <= end; i += 16) {
                    {
                        FloatVector weightV = FloatVector.fromArray(S, weightArray, weightAt + i);
                        FloatVector biasV = FloatVector.fromArray(S, biasArray, biasAt + i);
                        FloatVector x_5V = FloatVector.fromArray(S, x_5Array, x_5At + i);
                        FloatVector t18V = x_5V.sub(FloatVector.broadcast(S, centre));
                        FloatVector xhV = t18V.fma(FloatVector.broadcast(S, t23), FloatVector.broadcast(S, t26));
                        FloatVector t27V = xhV.fma(weightV, biasV);
                        ((FloatVector) V.cast(t27V)).intoArray(t27Array, t27At + i);
                    }
                }
                for (; i < n; i++) {
                    float weight = weightArray[weightAt + i];
                    float bias = biasArray[biasAt + i];
                    float x_5 = x_5Array[x_5At + i];
                    float t18 = x_5 - centre;
                    float xh = Math.fma(t18, t23, t26);
                    float t27 = Math.fma(xh, weight, bias);
                    t27Array[t27At + i] = t27;
                }
            }
            x_2At += x_2Over;
            xAt += xOver;
            x_4At += x_4Over;
            x_3At += x_3Over;
            x_5At += x_5Over;
            pivotAt += pivotOver;
            t6At += t6Over;
            t8At += t8Over;
            t9At += t9Over;
            centreAt += centreOver;
            loAt += loOver;
            weightAt += weightOver;
            biasAt += biasOver;
            t27At += t27Over;
        }
    }

    @Override
    public boolean joins() {
        return true;
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
                joined(f);
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
