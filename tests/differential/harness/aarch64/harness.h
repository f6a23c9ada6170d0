/* What the harness's C and assembly parts and the generated programs agree on. */
#pragma once

/* Offsets in struct context, which SP_EL3 points to while a program runs. */
#define CONTEXT_HOST 0    /* x19 to x30 and sp of the harness */
#define CONTEXT_X 112     /* x0 to x30 */
#define CONTEXT_V 368
#define CONTEXT_FPCR 880
#define CONTEXT_FPSR 888
#define CONTEXT_VECTOR 896
#define CONTEXT_BIG_ENDIAN 904

/* Offsets in struct program. */
#define PROGRAM_ENTRY 0
#define PROGRAM_PSTATE 80
#define PROGRAM_FPCR 88
#define PROGRAM_FPSR 96
#define PROGRAM_X 112
#define PROGRAM_V 368

/* struct program, flags. difftest/aarch64/program.py has the same numbers. */
#define FLAG_RANDOM_MODES 1 /* each exception returns to a level taken from the stream of modes */
#define FLAG_BIG_ENDIAN 2   /* SCTLR_EL3.EE */
#define FLAG_TABLES_SHIFT 8 /* 12 bits: pages of 4 KiB of translation tables that are prepared and belong to the result */
#define FLAG_PAGES_SHIFT 20 /* 12 bits: and of pages behind them */

/* Fixed places in RAM; link.ld keeps the image below the first one. The generator has the same numbers. */
#define SCRATCH 0x40601000 /* a page boundary in the middle of the window of programs' loads and stores */
#define SCRATCH_HALF 4096
#define TABLES 0x40800000
#define PAGES 0x40900000

#define LIMIT_TRAPS 300
#define LIMIT_LOG 256
