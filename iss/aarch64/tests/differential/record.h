/* One instruction with the state before and after it, as the test hands it to the oracle (oracle.c) and gets it back. */
#ifndef MEDLEY_AARCH64_DIFFERENTIAL_RECORD_H
#define MEDLEY_AARCH64_DIFFERENTIAL_RECORD_H

#include <stdint.h>

/* Where the memory that instructions work on lies, on both sides. */
#define RECORD_MEMORY 0x10000000
#define RECORD_MEMORY_SIZE 256

struct record {
    uint32_t word;
    uint32_t fpcr;
    uint32_t fpsr;
    uint32_t nzcv;    /* in bits 31 to 28 */
    uint32_t refused; /* of results: the instruction is undefined */
    uint32_t unused;
    uint64_t x[4];
    uint64_t v[32][2];
    uint8_t memory[RECORD_MEMORY_SIZE];
};

#endif
