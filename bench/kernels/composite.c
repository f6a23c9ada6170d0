// A mix in the manner of embedded benchmarks: a linked list that is searched and sorted, small integer matrices, a
// state machine over text, and a CRC over all results.
#include "kernel.h"

enum { kItems = 64, kMatrix = 10, kText = 512, kRounds = 60000 };

static uint16_t crc16(uint16_t crc, uint32_t v) {
    for (int i = 0; i < 32; ++i) {
        uint16_t bit = (uint16_t)((crc ^ v) & 1);
        crc >>= 1;
        v >>= 1;
        if (bit) {
            crc ^= 0xa001;
        }
    }
    return crc;
}

// --- List
// ---------------------------------------------------------------------------------------------------------------------

struct item {
    struct item* next;
    int16_t key, data;
};

static struct item* merge(struct item* a, struct item* b, int by_data) {
    struct item head = {0}, *tail = &head;
    while (a && b) {
        int a_first = by_data ? a->data <= b->data : a->key <= b->key;
        struct item** from = a_first ? &a : &b;
        tail->next = *from;
        tail = *from;
        *from = (*from)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static struct item* sort(struct item* list, int by_data) {
    if (!list || !list->next) {
        return list;
    }
    struct item *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct item* second = slow->next;
    slow->next = 0;
    return merge(sort(list, by_data), sort(second, by_data), by_data);
}

static uint16_t list_part(struct item** list, uint32_t round, uint16_t crc) {
    for (uint32_t i = 0; i < 8; ++i) {
        int16_t wanted = (int16_t)((round + i * 7) % kItems);
        struct item* at = *list;
        while (at && at->key != wanted) {
            at = at->next;
        }
        if (at) {
            at->data = (int16_t)(at->data * 3 + (int16_t)i);
            crc = crc16(crc, (uint16_t)at->data);
        }
    }
    *list = sort(*list, 1);
    crc = crc16(crc, (uint16_t)(*list)->key);
    *list = sort(*list, 0);
    return crc;
}

// --- Matrix
// -------------------------------------------------------------------------------------------------------------------

static uint16_t matrix_part(int16_t (*a)[kMatrix], int16_t (*b)[kMatrix], uint32_t round, uint16_t crc) {
    int32_t trace = 0;
    for (int i = 0; i < kMatrix; ++i) {
        for (int j = 0; j < kMatrix; ++j) {
            int32_t s = 0;
            for (int k = 0; k < kMatrix; ++k) {
                s += a[i][k] * b[k][j];
            }
            trace += s >> 2 & 0xff;
            if (i == j) {
                a[i][j] = (int16_t)(s + (int32_t)round);
            }
        }
    }
    return crc16(crc, (uint32_t)trace);
}

// --- State machine: is a word an integer, a fraction, a number with exponent, or none?
// ----------------------------------------

enum { kStart, kSign, kInteger, kFraction, kExponent, kExponentDigits, kInvalid, kStates };

static int next_state(int state, char c) {
    int digit = c >= '0' && c <= '9';
    switch (state) {
    case kStart: return digit ? kInteger : c == '+' || c == '-' ? kSign : c == '.' ? kFraction : kInvalid;
    case kSign: return digit ? kInteger : c == '.' ? kFraction : kInvalid;
    case kInteger: return digit ? kInteger : c == '.' ? kFraction : c == 'e' ? kExponent : kInvalid;
    case kFraction: return digit ? kFraction : c == 'e' ? kExponent : kInvalid;
    case kExponent: return digit || c == '-' ? kExponentDigits : kInvalid;
    case kExponentDigits: return digit ? kExponentDigits : kInvalid;
    default: return kInvalid;
    }
}

static uint16_t state_part(char* text, uint32_t round, uint16_t crc) {
    uint32_t counts[kStates] = {0};
    int state = kStart;
    for (int i = 0; i < kText; ++i) {
        if (text[i] == ',') {
            counts[state]++;
            state = kStart;
        } else if (state != kInvalid) {
            state = next_state(state, text[i]);
        }
    }
    char* victim = &text[round % kText];
    if (*victim != ',') {
        *victim = *victim == '9' ? '.' : *victim == '.' ? '0' : (char)(*victim ^ 1);
    }
    for (int i = 0; i < kStates; ++i) {
        crc = crc16(crc, counts[i]);
    }
    return crc;
}

uint64_t kernel(void) {
    struct item *items = arena(), *list = items;
    int16_t(*a)[kMatrix] = (void*)(items + kItems), (*b)[kMatrix] = a + kMatrix;
    char* text = (char*)(b + kMatrix);
    uint32_t seed = 31;
    for (int i = 0; i < kItems; ++i) {
        items[i] = (struct item){i + 1 < kItems ? &items[i + 1] : 0, (int16_t)i, (int16_t)next_random(&seed)};
    }
    for (int i = 0; i < kMatrix * kMatrix; ++i) {
        a[0][i] = (int16_t)(next_random(&seed) & 63);
        b[0][i] = (int16_t)(next_random(&seed) & 63);
    }
    for (int i = 0; i < kText; ++i) {
        text[i] = "0123456789+-.e,,"[next_random(&seed) >> 9 & 15];
    }
    uint16_t crc = 0xffff;
    for (uint32_t round = 0; round < SCALED(kRounds); ++round) {
        crc = list_part(&list, round, crc);
        crc = matrix_part(a, b, round, crc);
        crc = state_part(text, round, crc);
    }
    return crc;
}
