// A stack machine's interpreter around one switch: indirect jumps that are hard to predict.
#include "kernel.h"

enum { kRounds = 1500 };
enum { kPush, kLoad, kStore, kAdd, kSub, kMul, kXor, kShr, kAnd, kLess, kJumpIfZero, kJump, kDup, kSwap, kEnd };

// for (i = 0; i < 5000; i++) { x = (x * 13 + i) ^ (x >> 7); if (x & 4) y += x; else y ^= i; }  -- variables: 0 i, 1 x,
// 2 y
static const int16_t program[] = {
    /*  0 */ kPush,  0,     kStore, 0,
    /*  4 */ kLoad,  0,     kPush,  5000,  kLess, kJumpIfZero, 55,
    /* 11 */ kLoad,  1,     kDup,   kPush, 13,    kMul,        kLoad, 0,     kAdd,
    kSwap,           kPush, 7,      kShr,  kXor,  kStore,      1,
    /* 27 */ kLoad,  1,     kPush,  4,     kAnd,  kJumpIfZero, 41,
    /* 34 */ kLoad,  2,     kLoad,  1,     kAdd,  kJump,       46,
    /* 41 */ kLoad,  2,     kLoad,  0,     kXor,
    /* 46 */ kStore, 2,     kLoad,  0,     kPush, 1,           kAdd,  kJump, 56,
    /* 55 */ kEnd,
    /* 56 */ kStore, 0,     kJump,  4,
};

__attribute__((noinline)) static uint32_t run(uint32_t* variables) {
    uint32_t stack[32], *sp = stack;
    const int16_t* pc = program;
    for (;;) {
        switch (*pc++) {
        case kPush: *sp++ = (uint32_t)*pc++; break;
        case kLoad: *sp++ = variables[*pc++]; break;
        case kStore: variables[*pc++] = *--sp; break;
        case kAdd:
            --sp;
            sp[-1] += sp[0];
            break;
        case kSub:
            --sp;
            sp[-1] -= sp[0];
            break;
        case kMul:
            --sp;
            sp[-1] *= sp[0];
            break;
        case kXor:
            --sp;
            sp[-1] ^= sp[0];
            break;
        case kShr:
            --sp;
            sp[-1] >>= sp[0] & 31;
            break;
        case kAnd:
            --sp;
            sp[-1] &= sp[0];
            break;
        case kLess:
            --sp;
            sp[-1] = sp[-1] < sp[0];
            break;
        case kJumpIfZero: pc = *--sp == 0 ? program + *pc : pc + 1; break;
        case kJump: pc = program + *pc; break;
        case kDup:
            sp[0] = sp[-1];
            ++sp;
            break;
        case kSwap: {
            uint32_t t = sp[-1];
            sp[-1] = sp[-2];
            sp[-2] = t;
            break;
        }
        default: return variables[2];
        }
    }
}

uint64_t kernel(void) {
    uint32_t variables[3] = {0, 1, 0};
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        sum = sum * 31 + run(variables);
    }
    return sum;
}
