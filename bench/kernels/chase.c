// A linked list in random order through 256 KB: each load waits for the one before.
#include "kernel.h"

enum { kNodes = 1 << 14, kSteps = 100000000 };

struct node {
    struct node* next;
    uint64_t value;
};

uint64_t kernel(void) {
    struct node* nodes = arena();
    uint32_t* order = (uint32_t*)((char*)nodes + (1 << 20));
    uint32_t seed = 7;
    for (uint32_t i = 0; i < kNodes; ++i) {
        order[i] = i;
    }
    for (uint32_t i = kNodes - 1; i > 0; --i) {
        uint32_t k = next_random(&seed) % (i + 1), t = order[i];
        order[i] = order[k];
        order[k] = t;
    }
    for (uint32_t i = 0; i < kNodes; ++i) {
        nodes[order[i]].next = &nodes[order[(i + 1) % kNodes]];
        nodes[order[i]].value = i;
    }
    uint64_t sum = 0;
    const struct node* at = nodes;
    for (uint32_t i = 0; i < SCALED(kSteps); ++i) {
        sum += at->value;
        at = at->next;
    }
    return sum;
}
