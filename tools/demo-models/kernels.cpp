// One forward and backward pass of the decoder of model.py on one core, over packed sequences (no padding).
//
// Products run on the AVX-512 BF16 units and add up in float32; the residual stream, norms, softmax, loss and weight gradients
// are float32. Everything between two products is one loop over the data. Built and called by kernels.py.
//
// "Pairs" below: two bfloat16 values that follow each other along the summed dimension, in one 32-bit word, as the dot-product
// instruction wants them. "Panels": 64 columns that lie together, so that the inner loop reads straight ahead.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

typedef uint32_t u32;
typedef uint16_t bf16;

namespace {

constexpr long D = 32;      // head size
constexpr long BLOCK = 64;  // queries that are worked on together, and columns of a panel
constexpr long SPARE = 128; // rows that may be read or written past a batch's end

inline __m512 up(const bf16* p) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16));
}
inline __m256i half(__m512 x) { return (__m256i)_mm512_cvtneps_pbh(x); }
inline void down(bf16* p, __m512 x) { _mm256_storeu_si256((__m256i*)p, half(x)); }
inline bf16 down(float x) {
    u32 u;
    memcpy(&u, &x, 4);
    return (bf16)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
inline __m512 exp16(__m512 x) {
    x = _mm512_mul_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.f)), _mm512_set1_ps(1.44269504f));
    __m512 n = _mm512_roundscale_ps(x, 0), f = _mm512_sub_ps(x, n);
    __m512 p = _mm512_set1_ps(1.8775767e-3f);
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(8.9893397e-3f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.5826318e-2f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.4015361e-1f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.9315308e-1f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.9999994e-1f));
    return _mm512_scalef_ps(p, n);
}

enum Mode { Store16, Add32 };

// A[i, k] is the pair A[i * sm + k * sk]; B[k, j] is B[k * sb + j].
template <int MR, int NR, int MODE>
inline __attribute__((always_inline)) void tile(const u32* A, long sm, long sk, const u32* B, long sb, long kp, void* C, long ldc) {
    __m512 acc[MR][NR];
#pragma GCC unroll 12
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
        for (int j = 0; j < NR; j++) acc[i][j] = _mm512_setzero_ps();
    for (long k = 0; k < kp; k++) {
        __m512bh b[NR];
#pragma GCC unroll 4
        for (int j = 0; j < NR; j++) b[j] = (__m512bh)_mm512_loadu_si512(B + k * sb + 16 * j);
#pragma GCC unroll 12
        for (int i = 0; i < MR; i++) {
            __m512bh a = (__m512bh)_mm512_set1_epi32(A[i * sm + k * sk]);
#pragma GCC unroll 4
            for (int j = 0; j < NR; j++) acc[i][j] = _mm512_dpbf16_ps(acc[i][j], a, b[j]);
        }
    }
#pragma GCC unroll 12
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
        for (int j = 0; j < NR; j++) {
            if (MODE == Store16) {
                down((bf16*)C + i * ldc + 16 * j, acc[i][j]);
            } else {
                float* c = (float*)C + i * ldc + 16 * j;
                _mm512_storeu_ps(c, _mm512_add_ps(_mm512_loadu_ps(c), acc[i][j]));
            }
        }
}

template <int MR, int NR, int MODE>
__attribute__((noinline)) void gemm(long M, long N, long kp, const u32* A, long sm, long sk, const u32* B, long sb, long panel, void* C, long ldc) {
    const long size = MODE == Store16 ? 2 : 4;
    for (long n = 0; n < N; n += 16 * NR, B += panel) {
        long m = 0;
        char* c = (char*)C + n * size;
        for (; m + MR <= M; m += MR) tile<MR, NR, MODE>(A + m * sm, sm, sk, B, sb, kp, c + m * ldc * size, ldc);
        for (; m + 4 <= M; m += 4) tile<4, NR, MODE>(A + m * sm, sm, sk, B, sb, kp, c + m * ldc * size, ldc);
        for (; m < M; m++) tile<1, NR, MODE>(A + m * sm, sm, sk, B, sb, kp, c + m * ldc * size, ldc);
    }
}

// Two rows as pairs: out[j] = (a[j], b[j]) for 32 columns.
inline void interleave32(const bf16* a, const bf16* b, u32* low, u32* high) {
    static const __m512i lo = [] { alignas(64) uint16_t x[32]; for (int i = 0; i < 16; i++) x[2 * i] = i, x[2 * i + 1] = 32 + i; return _mm512_load_si512(x); }();
    static const __m512i hi = [] { alignas(64) uint16_t x[32]; for (int i = 0; i < 16; i++) x[2 * i] = 16 + i, x[2 * i + 1] = 48 + i; return _mm512_load_si512(x); }();
    __m512i x = _mm512_loadu_si512(a), y = _mm512_loadu_si512(b);
    _mm512_storeu_si512(low, _mm512_permutex2var_epi16(x, lo, y));
    _mm512_storeu_si512(high, _mm512_permutex2var_epi16(x, hi, y));
}

// [rows, columns] to panels of pairs along the rows, [columns / 64][rows / 2][64]. An odd last row is paired with zeros.
void pairs_of_rows(const bf16* x, long rows, long columns, long ld, u32* out) {
    static const bf16 zeros[32] = {};
    const long pairs = (rows + 1) / 2;
    for (long r = 0; r < pairs; r++) {
        const bf16 *a = x + 2 * r * ld, *b = 2 * r + 1 < rows ? a + ld : nullptr;
        for (long c = 0; c < columns; c += 64) {
            u32* o = out + (c / 64) * pairs * 64 + r * 64;
            interleave32(a + c, b ? b + c : zeros, o, o + 16);
            interleave32(a + c + 32, b ? b + c + 32 : zeros, o + 32, o + 48);
        }
    }
}

// 16 rows of 16 words, transposed.
inline void transpose16(const u32* x, long ld, u32* out, long ldo) {
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) out[j * ldo + i] = x[i * ld + j];
}

// A matrix [out, in] of the model: in bfloat16 for y = x W^T (pairs along in) and for dx = dy W (pairs along out).
struct Matrix {
    long out, in;
    std::vector<bf16> plain;
    std::vector<u32> forward, backward;
    Matrix(long o, long i) : out(o), in(i), plain(o * i), forward(o * i / 2), backward(o * i / 2) {}
    void load(const float* w) {
        for (long i = 0; i < out * in; i += 16) down(&plain[i], _mm512_loadu_ps(w + i));
        const u32* p = (const u32*)plain.data();
        const long kp = in / 2;
        for (long n = 0; n < out; n += 64)
            for (long j = 0; j < 64; j += 16)
                for (long k = 0; k < kp; k += 16) transpose16(p + (n + j) * kp + k, kp, &forward[n * kp + k * 64 + j], 64);
        pairs_of_rows(plain.data(), out, in, in, backward.data());
    }
    void apply(const bf16* x, long rows, bf16* y) const {
        gemm<6, 4, Store16>(rows, out, in / 2, (const u32*)x, in / 2, 1, forward.data(), 64, in / 2 * 64, y, out);
    }
    void apply_add(const bf16* x, long rows, float* y) const {
        gemm<6, 4, Add32>(rows, out, in / 2, (const u32*)x, in / 2, 1, forward.data(), 64, in / 2 * 64, y, out);
    }
    void back(const bf16* dy, long rows, bf16* dx) const {
        gemm<6, 4, Store16>(rows, in, out / 2, (const u32*)dy, out / 2, 1, backward.data(), 64, out / 2 * 64, dx, in);
    }
    void back_add(const bf16* dy, long rows, float* dx) const {
        for (long n = 0; n < in; n += 64)
            for (long k = 0; k < out / 2; k += 128)
                gemm<6, 4, Add32>(rows, 64, std::min(128L, out / 2 - k), (const u32*)dy + k, out / 2, 1, &backward[n / 64 * (out / 2) * 64 + k * 64], 64, 0, dx + n, in);
    }
};

// gradient[out, in] += dy^T x, both as panels of pairs along `pairs` row pairs.
void outer(const u32* dy, const u32* x, long pairs, long out, long in, float* gradient) {
    for (long k = 0; k < pairs; k += 128) {
        const long kp = std::min(128L, pairs - k);
        for (long m = 0; m < out; m += 64)
            gemm<6, 4, Add32>(64, in, kp, dy + m * pairs + k * 64, 1, 64, x + k * 64, 64, pairs * 64, gradient + m * in, in);
    }
}

template <class T> struct Buffer {
    T* p = nullptr;
    size_t n = 0;
    T* get(size_t want) {
        if (want > n) {
            free(p);
            n = want + want / 4;
            p = (T*)aligned_alloc(64, (n * sizeof(T) + 127) / 64 * 64);
            memset((void*)p, 0, n * sizeof(T));
        }
        return p;
    }
    ~Buffer() { free(p); }
    Buffer() = default;
    Buffer(const Buffer&) = delete;
};

struct LayerState {
    Buffer<float> x, middle, r1, r2, lse;
    Buffer<bf16> h1, qkv, o, h2, gu, a;
};

void norm(const float* x, const float* w, long rows, long width, float eps, bf16* y, float* r) {
    for (long t = 0; t < rows; t++, x += width, y += width) {
        __m512 s = _mm512_setzero_ps();
        for (long c = 0; c < width; c += 16) s = _mm512_fmadd_ps(_mm512_loadu_ps(x + c), _mm512_loadu_ps(x + c), s);
        r[t] = 1.f / std::sqrt(_mm512_reduce_add_ps(s) / width + eps);
        const __m512 f = _mm512_set1_ps(r[t]);
        for (long c = 0; c < width; c += 16) down(y + c, _mm512_mul_ps(_mm512_mul_ps(_mm512_loadu_ps(x + c), f), _mm512_loadu_ps(w + c)));
    }
}

// dx += the norm's gradient, dw += its weight's.
template <class Load> inline void norm_back_row(const float* x, const float* w, float r, long width, Load dy, float* dx, float* dw) {
    __m512 s = _mm512_setzero_ps();
    const __m512 f = _mm512_set1_ps(r);
    for (long c = 0; c < width; c += 16) {
        __m512 g = dy(c), xc = _mm512_loadu_ps(x + c);
        __m512 gx = _mm512_mul_ps(g, xc);
        s = _mm512_fmadd_ps(gx, _mm512_loadu_ps(w + c), s);
        _mm512_storeu_ps(dw + c, _mm512_fmadd_ps(gx, f, _mm512_loadu_ps(dw + c)));
    }
    const __m512 k = _mm512_set1_ps(-r * r * r * _mm512_reduce_add_ps(s) / width);
    for (long c = 0; c < width; c += 16) {
        __m512 g = _mm512_mul_ps(_mm512_mul_ps(dy(c), _mm512_loadu_ps(w + c)), f);
        g = _mm512_fmadd_ps(k, _mm512_loadu_ps(x + c), g);
        _mm512_storeu_ps(dx + c, _mm512_add_ps(_mm512_loadu_ps(dx + c), g));
    }
}

void to_bf16(const float* x, long n, bf16* y) {
    for (long i = 0; i < n; i += 16) down(y + i, _mm512_loadu_ps(x + i));
}

struct Model {
    long layers, width, heads, kv, inner, vocab;
    float eps, scale;
    long hd, rowlen; // columns of all query heads; of q, k and v
    std::vector<Matrix> qkv, out, gate_up, downs;
    Matrix embed;
    const float *w_embed = nullptr, *w_final = nullptr;
    std::vector<const float*> w_norm1, w_norm2;
    std::vector<LayerState> state;
    Buffer<float> x, dx, s, dp, dk, dv, gathered, dgathered, rfinal;
    Buffer<bf16> dxb, wide, dgu, hf, logits, p, dh;
    Buffer<u32> pa, pb, kt, vt, kp, vp, qp, dop, pp, dsp;
    std::vector<float> cosines, sines;

    Model(long l, long w, long h, long k, long i, long v, float e, float sc, const float* c, const float* sn, long positions)
        : layers(l), width(w), heads(h), kv(k), inner(i), vocab(v), eps(e), scale(sc), hd(h * D), rowlen((h + 2 * k) * D), embed(v, w), state(l),
          cosines(c, c + positions * 16), sines(sn, sn + positions * 16) {
        for (long j = 0; j < l; j++) {
            qkv.emplace_back(rowlen, w);
            out.emplace_back(w, hd);
            gate_up.emplace_back(2 * i, w);
            downs.emplace_back(w, i);
        }
    }

    // Parameters in the order: embed, final norm, then per layer input norm, post norm, qkv, out, gate_up, down.
    void load(const float* const* w) {
        w_embed = w[0], w_final = w[1];
        embed.load(w[0]);
        w_norm1.clear(), w_norm2.clear();
        for (long l = 0; l < layers; l++) {
            const float* const* q = w + 2 + 6 * l;
            w_norm1.push_back(q[0]), w_norm2.push_back(q[1]);
            qkv[l].load(q[2]), out[l].load(q[3]), gate_up[l].load(q[4]), downs[l].load(q[5]);
        }
    }

    // Rotary embedding in place on the query and key heads; queries also take the 1 / sqrt(D). `back` turns gradients back.
    void rotate(bf16* rows, long n, const int32_t* positions, bool back) const {
        const float f = 1.f / std::sqrt((float)D);
        for (long t = 0; t < n; t++) {
            const __m512 c0 = _mm512_loadu_ps(&cosines[positions[t] * 16]), s0 = _mm512_loadu_ps(&sines[positions[t] * 16]);
            for (long h = 0; h < heads + kv; h++) {
                const __m512 k = _mm512_set1_ps(h < heads ? f : 1.f);
                const __m512 c = _mm512_mul_ps(c0, k), sn = _mm512_mul_ps(back ? _mm512_sub_ps(_mm512_setzero_ps(), s0) : s0, k);
                bf16* p = rows + t * rowlen + h * D;
                const __m512 a = up(p), b = up(p + 16);
                down(p, _mm512_sub_ps(_mm512_mul_ps(a, c), _mm512_mul_ps(b, sn)));
                down(p + 16, _mm512_add_ps(_mm512_mul_ps(b, c), _mm512_mul_ps(a, sn)));
            }
        }
    }

    // [T, 32] of one head to panels [T / 64][16][64] of pairs along the head, zero past T.
    static void transposed(const bf16* x, long ld, long T, u32* o) {
        const long TP = (T + 63) / 64 * 64;
        for (long t = 0; t < TP; t += 16) {
            u32* to = o + t / 64 * 1024 + t % 64;
            if (t + 16 <= T) {
                transpose16((const u32*)(x + t * ld), ld / 2, to, 64);
            } else {
                for (long j = 0; j < 16; j++)
                    for (long k = 0; k < 16; k++) to[k * 64 + j] = t + j < T ? ((const u32*)(x + (t + j) * ld))[k] : 0;
            }
        }
    }

    // [T, 32] of one head to [TP / 2][32] of pairs along the tokens, zero past T.
    static void paired(const bf16* x, long ld, long T, long TP, u32* o) {
        static const bf16 zeros[32] = {};
        for (long t = 0; t < TP; t += 2, o += 32) interleave32(t < T ? x + t * ld : zeros, t + 1 < T ? x + (t + 1) * ld : zeros, o, o + 16);
    }

    void attend(LayerState& st, long first, long T, long N) {
        const long TP = (T + 63) / 64 * 64;
        const bf16* base = st.qkv.p + first * rowlen;
        float* sb = s.get(BLOCK * TP);
        bf16* pb16 = p.get(BLOCK * TP);
        for (long g = 0; g < kv; g++) {
            const bf16 *K = base + hd + g * D, *V = K + kv * D;
            transposed(K, rowlen, T, kt.get(TP * 16));
            paired(V, rowlen, T, TP, vp.get(TP * 16));
            for (long h = g * (heads / kv); h < (g + 1) * (heads / kv); h++)
                for (long q0 = 0; q0 < T; q0 += BLOCK) {
                    const long nk = q0 + BLOCK, rows = std::min(BLOCK, T - q0);
                    memset(sb, 0, rows * nk * 4);
                    gemm<6, 4, Add32>(rows, nk, 16, (const u32*)(base + q0 * rowlen + h * D), rowlen / 2, 1, kt.p, 64, 1024, sb, nk);
                    for (long i = 0; i < rows; i++) {
                        float* row = sb + i * nk;
                        const long keys = q0 + i + 1, full = keys / 16 * 16;
                        const __mmask16 rest = (__mmask16)((1u << (keys - full)) - 1);
                        const __m512 none = _mm512_set1_ps(-1e30f);
                        __m512 m = none;
                        for (long k = 0; k < full; k += 16) m = _mm512_max_ps(m, _mm512_loadu_ps(row + k));
                        if (rest) m = _mm512_max_ps(m, _mm512_mask_loadu_ps(none, rest, row + full));
                        const float top = _mm512_reduce_max_ps(m);
                        const __m512 topv = _mm512_set1_ps(top);
                        __m512 sum = _mm512_setzero_ps();
                        for (long k = 0; k < full; k += 16) {
                            const __m512 e = exp16(_mm512_sub_ps(_mm512_loadu_ps(row + k), topv));
                            sum = _mm512_add_ps(sum, e);
                            _mm512_storeu_ps(row + k, e);
                        }
                        if (rest) {
                            const __m512 e = _mm512_maskz_mov_ps(rest, exp16(_mm512_sub_ps(_mm512_loadu_ps(row + full), topv)));
                            sum = _mm512_add_ps(sum, e);
                            _mm512_storeu_ps(row + full, e);
                        }
                        const float total = _mm512_reduce_add_ps(sum);
                        st.lse.p[h * N + first + q0 + i] = top + std::log(total);
                        const __m512 f = _mm512_set1_ps(1.f / total);
                        bf16* to = pb16 + i * nk;
                        const long end = rest ? full + 16 : full;
                        for (long k = 0; k < end; k += 16) down(to + k, _mm512_mul_ps(_mm512_loadu_ps(row + k), f));
                        if (end < nk) memset(to + end, 0, (nk - end) * 2);
                    }
                    gemm<8, 2, Store16>(rows, 32, nk / 2, (const u32*)pb16, nk / 2, 1, vp.p, 32, 0, st.o.p + (first + q0) * hd + h * D, hd);
                }
        }
    }

    // dO in `dout` [N, hd]; writes dq, dk and dv, still turned, to `dq` [N, rowlen].
    void attend_back(LayerState& st, const bf16* dout, bf16* dq, long first, long T, long N) {
        const long TP = (T + 63) / 64 * 64;
        const bf16* base = st.qkv.p + first * rowlen;
        float *sb = s.get(BLOCK * TP), *db = dp.get(BLOCK * TP);
        bf16* dsb = p.get(BLOCK * TP);
        u32 *ppb = pp.get(32 * (TP + 16)), *dspb = dsp.get(32 * (TP + 16));
        for (long g = 0; g < kv; g++) {
            const bf16 *K = base + hd + g * D, *V = K + kv * D;
            transposed(K, rowlen, T, kt.get(TP * 16));
            transposed(V, rowlen, T, vt.get(TP * 16));
            paired(K, rowlen, T, TP, kp.get(TP * 16));
            float *dkb = dk.get(TP * D), *dvb = dv.get(TP * D);
            memset(dkb, 0, TP * D * 4), memset(dvb, 0, TP * D * 4);
            for (long h = g * (heads / kv); h < (g + 1) * (heads / kv); h++)
                for (long q0 = 0; q0 < T; q0 += BLOCK) {
                    const long nk = q0 + BLOCK, rows = std::min(BLOCK, T - q0), ldp = nk + 16;
                    const bf16 *Q = base + q0 * rowlen + h * D, *dO = dout + (first + q0) * hd + h * D, *O = st.o.p + (first + q0) * hd + h * D;
                    memset(sb, 0, rows * nk * 4), memset(db, 0, rows * nk * 4);
                    gemm<6, 4, Add32>(rows, nk, 16, (const u32*)Q, rowlen / 2, 1, kt.p, 64, 1024, sb, nk);
                    gemm<6, 4, Add32>(rows, nk, 16, (const u32*)dO, hd / 2, 1, vt.p, 64, 1024, db, nk);
                    paired(Q, rowlen, rows, BLOCK, qp.get(1024));
                    paired(dO, hd, rows, BLOCK, dop.get(1024));
                    for (long i = 0; i < BLOCK; i += 2) {
                        __m512 lse[2], delta[2];
                        for (int r = 0; r < 2; r++) {
                            if (i + r >= rows) continue;
                            lse[r] = _mm512_set1_ps(st.lse.p[h * N + first + q0 + i + r]);
                            const bf16 *a = dO + (i + r) * hd, *b = O + (i + r) * hd;
                            delta[r] = _mm512_set1_ps(_mm512_reduce_add_ps(_mm512_fmadd_ps(up(a), up(b), _mm512_mul_ps(up(a + 16), up(b + 16)))));
                        }
                        for (long k = 0; k < nk; k += 16) {
                            __m512i pr[2], dr[2];
                            for (int r = 0; r < 2; r++) {
                                const long keys = q0 + i + r + 1 - k; // of these sixteen
                                pr[r] = dr[r] = _mm512_setzero_si512();
                                if (i + r >= rows) continue;
                                if (keys > 0) {
                                    const __mmask16 m = keys >= 16 ? 0xffff : (__mmask16)((1u << keys) - 1);
                                    const __m512 e = _mm512_maskz_mov_ps(m, exp16(_mm512_sub_ps(_mm512_loadu_ps(sb + (i + r) * nk + k), lse[r])));
                                    const __m512 d = _mm512_mul_ps(e, _mm512_sub_ps(_mm512_loadu_ps(db + (i + r) * nk + k), delta[r]));
                                    const __m256i d16 = half(d);
                                    pr[r] = _mm512_cvtepu16_epi32(half(e));
                                    dr[r] = _mm512_cvtepu16_epi32(d16);
                                    _mm256_storeu_si256((__m256i*)(dsb + (i + r) * nk + k), d16);
                                } else {
                                    _mm256_storeu_si256((__m256i*)(dsb + (i + r) * nk + k), _mm256_setzero_si256());
                                }
                            }
                            _mm512_storeu_si512(ppb + i / 2 * ldp + k, _mm512_or_si512(pr[0], _mm512_slli_epi32(pr[1], 16)));
                            _mm512_storeu_si512(dspb + i / 2 * ldp + k, _mm512_or_si512(dr[0], _mm512_slli_epi32(dr[1], 16)));
                        }
                    }
                    gemm<8, 2, Store16>(rows, 32, nk / 2, (const u32*)dsb, nk / 2, 1, kp.p, 32, 0, dq + (first + q0) * rowlen + h * D, rowlen);
                    gemm<8, 2, Add32>(nk, 32, 32, ppb, 1, ldp, dop.p, 32, 0, dvb, 32);
                    gemm<8, 2, Add32>(nk, 32, 32, dspb, 1, ldp, qp.p, 32, 0, dkb, 32);
                }
            for (long t = 0; t < T; t++) {
                bf16* to = dq + (first + t) * rowlen + hd + g * D;
                to_bf16(dkb + t * D, D, to);
                to_bf16(dvb + t * D, D, to + kv * D);
            }
        }
    }

    // Adds the gradients of factor * sum(weight * loss) / sum(weight) to `grads` (order as in load). `starts`: the first token of each
    // sequence, and N. results: sum of weights, weighted loss, tokens of weight 1, of them right, their loss.
    void pass(long N, long sequences, const int32_t* starts, const int32_t* ids, const int32_t* targets, const float* weights, const int32_t* positions,
              float factor, float* const* grads, double* results) {
        const long R = std::max(N, 256L) + SPARE;
        const float* in = nullptr;
        float* x0 = state[0].x.get(R * width);
        for (long t = 0; t < N; t++)
            for (long c = 0; c < width; c++) x0[t * width + c] = w_embed[ids[t] * width + c] * scale;
        for (long l = 0; l < layers; l++) {
            LayerState& st = state[l];
            float* xl = st.x.get(R * width);
            norm(xl, w_norm1[l], N, width, eps, st.h1.get(R * width), st.r1.get(R));
            qkv[l].apply(st.h1.p, N, st.qkv.get(R * rowlen));
            rotate(st.qkv.p, N, positions, false);
            st.o.get(R * hd), st.lse.get(R * heads);
            for (long q = 0; q < sequences; q++) attend(st, starts[q], starts[q + 1] - starts[q], N);
            memcpy(st.middle.get(R * width), xl, N * width * 4);
            out[l].apply_add(st.o.p, N, st.middle.p);
            norm(st.middle.p, w_norm2[l], N, width, eps, st.h2.get(R * width), st.r2.get(R));
            gate_up[l].apply(st.h2.p, N, st.gu.get(R * 2 * inner));
            bf16* a = st.a.get(R * inner);
            for (long t = 0; t < N; t++)
                for (long c = 0; c < inner; c += 16) {
                    const __m512 g = up(st.gu.p + t * 2 * inner + c), u = up(st.gu.p + t * 2 * inner + inner + c), one = _mm512_set1_ps(1.f);
                    const __m512 sg = _mm512_div_ps(one, _mm512_add_ps(one, exp16(_mm512_sub_ps(_mm512_setzero_ps(), g))));
                    down(a + t * inner + c, _mm512_mul_ps(_mm512_mul_ps(g, sg), u));
                }
            float* next = l + 1 < layers ? state[l + 1].x.get(R * width) : x.get(R * width);
            memcpy(next, st.middle.p, N * width * 4);
            downs[l].apply_add(a, N, next);
        }
        in = x.p;
        // The head, where there is a loss, in chunks that stay in the cache.
        float* d = dx.get(R * width);
        memset(d, 0, N * width * 4);
        std::vector<int32_t> chosen;
        double total = 0;
        for (long t = 0; t < N; t++)
            if (weights[t] > 0) chosen.push_back(t), total += weights[t];
        results[0] = total, results[1] = results[2] = results[3] = results[4] = 0;
        const long CHUNK = 256, V = vocab;
        float *gx = gathered.get(CHUNK * width), *dg = dgathered.get(CHUNK * width), *rf = rfinal.get(CHUNK);
        bf16 *h = hf.get(CHUNK * width), *lg = logits.get(CHUNK * V);
        u32 *dyp = pa.get(std::max((R + 1) / 2 * std::max(2 * inner, rowlen), CHUNK / 2 * V)), *xp = pb.get((R + 1) / 2 * std::max(std::max(width, inner), hd));
        for (size_t b = 0; b < chosen.size(); b += CHUNK) {
            const long n = std::min<long>(CHUNK, chosen.size() - b), pairs = (n + 1) / 2;
            for (long i = 0; i < n; i++) memcpy(gx + i * width, in + chosen[b + i] * width, width * 4);
            norm(gx, w_final, n, width, eps, h, rf);
            embed.apply(h, n, lg);
            for (long i = 0; i < n; i++) {
                bf16* row = lg + i * V;
                const long t = chosen[b + i];
                __m512 m = _mm512_set1_ps(-1e30f), sum = _mm512_setzero_ps();
                for (long k = 0; k < V; k += 16) m = _mm512_max_ps(m, up(row + k));
                const float top = _mm512_reduce_max_ps(m);
                const __m512 topv = _mm512_set1_ps(top);
                for (long k = 0; k < V; k += 16) sum = _mm512_add_ps(sum, exp16(_mm512_sub_ps(up(row + k), topv)));
                const float z = _mm512_reduce_add_ps(sum);
                const u32 bits = (u32)row[targets[t]] << 16;
                float right;
                memcpy(&right, &bits, 4);
                const double loss = top + std::log(z) - right;
                results[1] += loss * weights[t];
                if (weights[t] == 1.f) results[2] += 1, results[3] += right >= top, results[4] += loss;
                const float f = weights[t] * factor / total;
                const __m512 fv = _mm512_set1_ps(f / z);
                for (long k = 0; k < V; k += 16) down(row + k, _mm512_mul_ps(exp16(_mm512_sub_ps(up(row + k), topv)), fv));
                row[targets[t]] = down((float)(std::exp(right - top) / z - 1) * f);
            }
            memset(dg, 0, n * width * 4);
            embed.back_add(lg, n, dg);
            pairs_of_rows(lg, n, V, V, dyp);
            pairs_of_rows(h, n, width, width, xp);
            outer(dyp, xp, pairs, V, width, grads[0]);
            for (long i = 0; i < n; i++)
                norm_back_row(gx + i * width, w_final, rf[i], width, [&](long c) { return _mm512_loadu_ps(dg + i * width + c); }, d + chosen[b + i] * width, grads[1]);
        }
        bf16 *db = dxb.get(R * width), *wd = wide.get(R * std::max(inner, hd)), *dguv = dgu.get(R * std::max(2 * inner, rowlen)), *dhv = dh.get(R * width);
        const long pairs = (N + 1) / 2;
        for (long l = layers - 1; l >= 0; l--) {
            LayerState& st = state[l];
            float* const* gr = grads + 2 + 6 * l;
            to_bf16(d, N * width, db);
            downs[l].back(db, N, wd);
            pairs_of_rows(db, N, width, width, dyp);
            pairs_of_rows(st.a.p, N, inner, inner, xp);
            outer(dyp, xp, pairs, width, inner, gr[5]);
            for (long t = 0; t < N; t++)
                for (long c = 0; c < inner; c += 16) {
                    const __m512 g = up(st.gu.p + t * 2 * inner + c), u = up(st.gu.p + t * 2 * inner + inner + c), one = _mm512_set1_ps(1.f), da = up(wd + t * inner + c);
                    const __m512 sg = _mm512_div_ps(one, _mm512_add_ps(one, exp16(_mm512_sub_ps(_mm512_setzero_ps(), g)))), gs = _mm512_mul_ps(g, sg);
                    down(dguv + t * 2 * inner + inner + c, _mm512_mul_ps(da, gs));
                    // silu'(g) = s (1 + g - g s)
                    const __m512 slope = _mm512_mul_ps(sg, _mm512_add_ps(one, _mm512_sub_ps(g, gs)));
                    down(dguv + t * 2 * inner + c, _mm512_mul_ps(_mm512_mul_ps(da, u), slope));
                }
            gate_up[l].back(dguv, N, dhv);
            pairs_of_rows(dguv, N, 2 * inner, 2 * inner, dyp);
            pairs_of_rows(st.h2.p, N, width, width, xp);
            outer(dyp, xp, pairs, 2 * inner, width, gr[4]);
            for (long t = 0; t < N; t++)
                norm_back_row(st.middle.p + t * width, w_norm2[l], st.r2.p[t], width, [&](long c) { return up(dhv + t * width + c); }, d + t * width, gr[1]);
            to_bf16(d, N * width, db);
            out[l].back(db, N, wd);
            pairs_of_rows(db, N, width, width, dyp);
            pairs_of_rows(st.o.p, N, hd, hd, xp);
            outer(dyp, xp, pairs, width, hd, gr[3]);
            for (long q = 0; q < sequences; q++) attend_back(st, wd, dguv, starts[q], starts[q + 1] - starts[q], N);
            rotate(dguv, N, positions, true);
            qkv[l].back(dguv, N, dhv);
            pairs_of_rows(dguv, N, rowlen, rowlen, dyp);
            pairs_of_rows(st.h1.p, N, width, width, xp);
            outer(dyp, xp, pairs, rowlen, width, gr[2]);
            for (long t = 0; t < N; t++)
                norm_back_row(st.x.p + t * width, w_norm1[l], st.r1.p[t], width, [&](long c) { return up(dhv + t * width + c); }, d + t * width, gr[0]);
        }
        for (long t = 0; t < N; t++)
            for (long c = 0; c < width; c++) grads[0][ids[t] * width + c] += d[t * width + c] * scale;
    }
};

} // namespace

extern "C" {
void* decoder_new(long layers, long width, long heads, long kv, long inner, long vocab, float eps, float scale, const float* cosines, const float* sines, long positions) {
    return new Model(layers, width, heads, kv, inner, vocab, eps, scale, cosines, sines, positions);
}
void decoder_free(void* m) { delete (Model*)m; }
void decoder_load(void* m, const float* const* weights) { ((Model*)m)->load(weights); }
void decoder_pass(void* m, long n, long sequences, const int32_t* starts, const int32_t* ids, const int32_t* targets, const float* weights, const int32_t* positions, float factor,
                  float* const* grads, double* results) {
    ((Model*)m)->pass(n, sequences, starts, ids, targets, weights, positions, factor, grads, results);
}
}
