// A hash table with open addressing, keys mixed by multiplication and shifts: random access to 1 MB, 64-bit arithmetic.
#include "kernel.h"

enum { kSlots = 1 << 16, kKeys = 40000, kRounds = 640 };

struct slot {
    uint64_t key, value;
};

static uint64_t mix(uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccd;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53;
    return x ^ x >> 33;
}

static struct slot* find(struct slot* table, uint64_t key) {
    uint64_t at = mix(key) & (kSlots - 1);
    while (table[at].key != 0 && table[at].key != key) {
        at = (at + 1) & (kSlots - 1);
    }
    return &table[at];
}

uint64_t kernel(void) {
    struct slot* table = arena();
    uint64_t sum = 0;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        for (uint64_t i = 0; i < kKeys; ++i) {
            uint64_t key = mix(i * 2 + 1);
            struct slot* slot = find(table, key);
            slot->key = key;
            slot->value += i ^ round;
        }
        for (uint64_t i = 0; i < kKeys; i += 3) {
            sum += find(table, mix(i * 2 + 1 + (i & 1)))->value;
        }
    }
    return sum;
}
