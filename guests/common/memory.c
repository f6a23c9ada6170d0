// What the compiler may call on its own.
#include <stddef.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns") // or memcpy would call memcpy

void* memcpy(void* restrict to, const void* restrict from, size_t n) {
    char* d = to;
    const char* s = from;
    while (n-- > 0) {
        *d++ = *s++;
    }
    return to;
}

void* memmove(void* to, const void* from, size_t n) {
    char* d = to;
    const char* s = from;
    if (d < s) {
        return memcpy(to, from, n);
    }
    while (n-- > 0) {
        d[n] = s[n];
    }
    return to;
}

void* memset(void* to, int c, size_t n) {
    char* d = to;
    while (n-- > 0) {
        *d++ = (char)c;
    }
    return to;
}

int memcmp(const void* a, const void* b, size_t n) {
    const unsigned char *x = a, *y = b;
    for (; n > 0; --n, ++x, ++y) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}
