// Five bodies that attract each other: divisions and square roots in double precision.
#include "kernel.h"

enum { kBodies = 5, kSteps = 3500000 };

struct body {
    double x[3], v[3], mass;
};

static double square_root(double v) {
#if defined(__riscv)
    asm("fsqrt.d %0, %0" : "+f"(v));
#elif defined(__aarch64__)
    asm("fsqrt %d0, %d0" : "+w"(v));
#elif defined(__x86_64__)
    asm("sqrtsd %0, %0" : "+x"(v));
#else
    v = __builtin_sqrt(v);
#endif
    return v;
}

static void step(struct body* bodies, double dt) {
    for (int i = 0; i < kBodies; ++i) {
        for (int j = i + 1; j < kBodies; ++j) {
            double d[3], square = 0;
            for (int k = 0; k < 3; ++k) {
                d[k] = bodies[i].x[k] - bodies[j].x[k];
                square += d[k] * d[k];
            }
            double magnitude = dt / (square * square_root(square));
            for (int k = 0; k < 3; ++k) {
                bodies[i].v[k] -= d[k] * bodies[j].mass * magnitude;
                bodies[j].v[k] += d[k] * bodies[i].mass * magnitude;
            }
        }
    }
    for (int i = 0; i < kBodies; ++i) {
        for (int k = 0; k < 3; ++k) {
            bodies[i].x[k] += dt * bodies[i].v[k];
        }
    }
}

uint64_t kernel(void) {
    struct body* bodies = arena();
    for (int i = 0; i < kBodies; ++i) {
        for (int k = 0; k < 3; ++k) {
            bodies[i].x[k] = (i * 3 + k * 5) % 7 * 1.5 - 4.0 + i;
            bodies[i].v[k] = (i * 5 + k * 3) % 11 * 0.05 - 0.25;
        }
        bodies[i].mass = i == 0 ? 39.0 : 0.01 * (i + 1);
    }
    for (uint32_t i = 0; i < SCALED(kSteps); ++i) {
        step(bodies, 0.001);
    }
    uint64_t sum = 0;
    for (int i = 0; i < kBodies; ++i) {
        for (int k = 0; k < 3; ++k) {
            union {
                double d;
                uint64_t u;
            } x = {.d = bodies[i].x[k]};
            sum = sum * 31 + x.u;
        }
    }
    return sum;
}
