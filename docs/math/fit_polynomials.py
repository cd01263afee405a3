#!/usr/bin/env python3
"""Fits the polynomials of org.fusegrad.math and prints them as Java constants.

Each fit is a weighted minimax fit (Remez exchange on a dense grid, 60 digits). Coefficients are
rounded one at a time, lowest order first; those above are fitted again with the rounded ones
fixed, so they absorb most of the rounding. The printed error is that of the rounded coefficients
evaluated exactly: max |weight * (f - p)|, where the weight turns the error of p into the relative
error of the whole function. Needs mpmath and numpy; takes about ten seconds.
"""
import mpmath as mp
import numpy as np

mp.mp.dps = 60
LN2 = mp.log(2)


def to_float(v):
    return mp.mpf(float(np.float32(float(v))))


def to_double(v):
    return mp.mpf(float(v))


def remez(xs, fs, ws, n):
    """Coefficients c[0..n) minimising max ws * |fs - sum c[j] xs^j| over the grid."""
    m = len(xs)
    ref = [int(round((m - 1) * (1 - np.cos(np.pi * i / n)) / 2)) for i in range(n + 1)]
    ref = [min(max(i, 1), m - 2) for i in ref]
    for _ in range(40):
        rows = [[xs[i] ** j for j in range(n)] + [(-1) ** k / ws[i]] for k, i in enumerate(ref)]
        sol = mp.lu_solve(mp.matrix(rows), mp.matrix([fs[i] for i in ref]))
        coeffs, level = list(sol)[:n], abs(sol[n])
        err = [w * (f - mp.polyval(coeffs[::-1], x)) for x, f, w in zip(xs, fs, ws)]
        peaks = [0]  # one extremum per run of equal sign
        for i in range(1, m):
            if (err[i] > 0) != (err[peaks[-1]] > 0):
                peaks.append(i)
            elif abs(err[i]) > abs(err[peaks[-1]]):
                peaks[-1] = i
        size = [abs(err[i]) for i in peaks]
        while len(peaks) > n + 1:  # drop the least ones, keeping the signs alternating
            at = size.index(min(size[0], size[-1]) if len(peaks) == n + 2 else min(size))
            if 0 < at < len(peaks) - 1:
                at -= size[at - 1] < size[at + 1]
                del peaks[at], size[at]
            del peaks[at], size[at]
        if len(peaks) < n + 1:
            break
        ref = peaks
        if max(map(abs, err)) < level * mp.mpf('1.0001'):
            break
    return coeffs


def fit(name, f, weight, lo, hi, degree, rounding):
    """Fits f on [lo, hi] and prints c0..c[degree] of f(x) ~ sum c[j] x^j."""
    count = 60 * (degree + 2)
    mid, half = (mp.mpf(lo) + hi) / 2, (mp.mpf(hi) - lo) / 2
    # An even count never hits the middle, so no grid point is exactly 0.
    xs = [mid - half * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]
    rest, ws = [f(x) for x in xs], [weight(x) for x in xs]
    values, weights = rest, ws
    coeffs = []
    for k in range(degree + 1):
        c = rounding(remez(xs, rest, ws, degree + 1 - k)[0])
        coeffs.append(c)
        rest = [(r - c) / x for r, x in zip(rest, xs)]
        ws = [w * abs(x) for w, x in zip(ws, xs)]
    error = max(w * abs(v - mp.polyval(coeffs[::-1], x)) for x, v, w in zip(xs, values, weights))
    print(f'// {name}: degree {degree} on [{mp.nstr(lo, 8)}, {mp.nstr(hi, 8)}], '
          f'error {mp.nstr(error, 3)} = 2^{mp.nstr(mp.log(error, 2), 4)}')
    constants(name, coeffs, rounding)


def literal(v, rounding):
    mantissa, exponent = float(v).hex().split('p')
    mantissa = mantissa.rstrip('0') if '.' in mantissa else mantissa
    mantissa += '0' if mantissa.endswith('.') else ''
    return f'{mantissa}p{int(exponent)}' + ('f' if rounding is to_float else '')


def constants(name, values, rounding):
    kind = 'float' if rounding is to_float else 'double'
    for i, v in enumerate(values):
        suffix = f'_{i}' if len(values) > 1 else ''
        print(f'static final {kind} {name}{suffix} = {literal(v, rounding)}; // {mp.nstr(v, 9)}')


def split(name, value, parts):
    """value as an unevaluated sum of floats, largest first."""
    out = []
    for _ in range(parts):
        out.append(to_float(value))
        value -= out[-1]
    constants(name, out, to_float)


def main():
    tiny = mp.mpf('1e-4')  # in place of 0, where some of the quotients below are 0/0
    split('LN2', LN2, 2)
    split('LOG2E', 1 / LN2, 1)
    split('HALF_PI', mp.pi / 2, 3)
    split('TWO_OVER_PI', 2 / mp.pi, 1)
    # expm1(r) = r + r^2 p(r); error relative to exp(r)
    edge = LN2 / 2 * mp.mpf('1.001')
    fit('EXP', lambda x: (mp.expm1(x) - x) / x**2, lambda x: x**2 / mp.exp(x),
        -edge, edge, 4, to_float)
    # log1p(f) = f + f^2 p(f); error relative to log1p(f)
    fit('LOG', lambda x: (mp.log1p(x) - x) / x**2, lambda x: abs(x**2 / mp.log1p(x)),
        -mp.mpf(1) / 3, mp.mpf(1) / 3, 8, to_float)
    # tanh(a) = a + a z p(z), z = a^2, a < 5/8; error relative to tanh(a)
    fit('TANH', lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
        lambda z: z * mp.sqrt(z) / mp.tanh(mp.sqrt(z)), tiny, mp.mpf(25) / 64, 4, to_float)
    # erf(a) = a + a p(z), z = a^2, a < 1; error relative to erf(a)
    erf_small = lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1 
    erf_weight = lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)) 
    fit('ERF', erf_small, erf_weight, tiny, 1, 6, to_float)
    # erf(a) = 1 - exp(p(a)), 1 <= a <= 4; error relative to erf(a)
    log_erfc = lambda a: mp.log(mp.erfc(a))
    tail_weight = lambda a: mp.erfc(a) / mp.erf(a)
    fit('ERFC', log_erfc, tail_weight, 1, 4, 5, to_float)
    # sin(r) = r + r z p(z), cos(r) = 1 - z/2 + z^2 p(z), z = r^2, |r| < pi/4
    top = (mp.pi / 4 * mp.mpf('1.01'))**2
    sqrt = mp.sqrt
    fit('SIN', lambda z: (mp.sin(sqrt(z)) / sqrt(z) - 1) / z,
        lambda z: z * sqrt(z) / mp.sin(sqrt(z)), tiny, top, 3, to_float)
    fit('COS', lambda z: (mp.cos(sqrt(z)) - 1 + z / 2) / z**2,
        lambda z: z**2 / mp.cos(sqrt(z)), tiny, top, 2, to_float)
    # The same two forms of erf for double, the tail to 6.
    fit('ERF_D', erf_small, erf_weight, tiny, 1, 13, to_double)
    fit('ERFC_D', log_erfc, tail_weight, 1, 6, 18, to_double)


if __name__ == '__main__':
    main()
