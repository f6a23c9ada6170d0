/* What the harness's C and assembly parts and the generated programs agree on. */
#pragma once

#if __riscv_xlen == 64
#define REG_BYTES 8
#define LOAD_REG ld
#define STORE_REG sd
#else
#define REG_BYTES 4
#define LOAD_REG lw
#define STORE_REG sw
#endif

/* Offsets in struct context. */
#define CONTEXT_HOST 0                                /* ra, sp, s0 to s11 of the harness */
#define CONTEXT_X (CONTEXT_HOST + 16 * REG_BYTES)
#define CONTEXT_F (CONTEXT_X + 32 * REG_BYTES)
#define CONTEXT_FCSR (CONTEXT_F + 32 * 8)
#define CONTEXT_VECTOR (CONTEXT_FCSR + REG_BYTES)
#define CONTEXT_EXCURSION (CONTEXT_VECTOR + REG_BYTES)

/* Offsets in struct program. */
#define PROGRAM_ENTRY 0
#define PROGRAM_FCSR (3 * REG_BYTES)
#define PROGRAM_X (8 * REG_BYTES)
#define PROGRAM_F (40 * REG_BYTES)

/* struct program, flags. */
#define FLAG_FLOAT 1        /* has floating-point registers */
#define FLAG_RANDOM_MODES 2 /* each trap to M returns to a privilege taken from the stream of modes */
#define FLAG_TABLES 4       /* page tables and the pages behind them are prepared and belong to the result */
#define FLAG_VECTORED 8     /* mtvec and stvec start vectored */
#define FLAG_START_SHIFT 4  /* two bits: privilege in which the program starts */
#define FLAG_LOCKED 64      /* the pages may be closed to M too in the end, so they do not belong to the result */

/* Fixed places in RAM; link.ld keeps the image below the first one. The generator has the same numbers. */
#define SCRATCH 0x80402000  /* a page boundary in the middle of the window of programs' loads and stores */
#define SCRATCH_HALF 2048
#define TABLES 0x80480000
#define TABLE_PAGES 12
#define PAGES 0x80490000
#define PAGE_COUNT 8

#define LIMIT_TRAPS 400
#define LIMIT_LOG 256
