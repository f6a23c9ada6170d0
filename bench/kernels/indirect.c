// Calls through function pointers of objects of different kinds: virtual calls.
#include "kernel.h"

enum { kObjects = 1024, kRounds = 80000 };

struct object {
    uint32_t (*act)(struct object*, uint32_t);
    uint32_t state;
};

static uint32_t act_add(struct object* o, uint32_t v) {
    return o->state += v;
}
static uint32_t act_xor(struct object* o, uint32_t v) {
    return o->state ^= v;
}
static uint32_t act_rotate(struct object* o, uint32_t v) {
    return o->state = (o->state << 5 | o->state >> 27) + v;
}
static uint32_t act_mix(struct object* o, uint32_t v) {
    return o->state = o->state * 5 + (v >> 3);
}

uint64_t kernel(void) {
    static uint32_t (*const acts[])(struct object*, uint32_t) = {act_add, act_xor, act_rotate, act_mix};
    struct object* objects = arena();
    uint32_t seed = 99, v = 1;
    for (uint32_t i = 0; i < kObjects; ++i) {
        objects[i].act = acts[next_random(&seed) >> 7 & 3];
        objects[i].state = next_random(&seed);
    }
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        for (uint32_t i = 0; i < kObjects; ++i) {
            v = objects[i].act(&objects[i], v);
        }
    }
    uint64_t sum = v;
    for (uint32_t i = 0; i < kObjects; ++i) {
        sum = sum * 31 + objects[i].state;
    }
    return sum;
}
