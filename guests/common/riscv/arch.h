// What RISC-V's guests know of their machine: memory map, CSRs, traps.
#pragma once

// --- Memory map (docs/boards.md)
// -----------------------------------------------------------------------------------------------

enum {
    kRom = 0x00001000,
    kHole = 0x00050000, // nothing is there, on any board
    kFinisher = 0x00100000,
    kRtc = 0x00101000,
    kClint = 0x02000000,
    kPlic = 0x0c000000,
    kUart = 0x10000000,
    kMailbox = 0x10010000,
    kSpinlocks = 0x10020000,
    kDma = 0x10030000,
    kSharedWindow = 0x70000000,
};
enum { kIrqUart = 10, kIrqRtc = 11, kIrqDma = 12, kIrqMailbox = 13 };
enum { kTimebase = 10000000, kMaxHarts = 8 };

#define kArch (sizeof(word) == 8 ? "rv64" : "rv32")
#define kSeedAddress ((word)ram_base + 0xf00000)

// --- CSRs
// -----------------------------------------------------------------------------------------------------------------------

#define csr_read(csr)                                                                                                  \
    ({                                                                                                                 \
        word csr_value;                                                                                                \
        asm volatile("csrr %0, " #csr : "=r"(csr_value));                                                              \
        csr_value;                                                                                                     \
    })
#define csr_write(csr, v) asm volatile("csrw " #csr ", %0" ::"rK"((word)(v)) : "memory")
#define csr_set(csr, v) asm volatile("csrs " #csr ", %0" ::"rK"((word)(v)) : "memory")
#define csr_clear(csr, v) asm volatile("csrc " #csr ", %0" ::"rK"((word)(v)) : "memory")

#define kInterrupt ((word)1 << (__riscv_xlen - 1)) // of mcause
enum { kMstatusSie = 1 << 1, kMstatusMie = 1 << 3, kMstatusMpie = 1 << 7, kMstatusMpp = 3 << 11, kMstatusFs = 1 << 13 };
enum { kMstatusMprv = 1 << 17, kMstatusSum = 1 << 18, kMstatusMxr = 1 << 19, kMstatusTw = 1 << 21 };
enum { kIrqSoft = 1 << 3, kIrqTimer = 1 << 7, kIrqExternal = 1 << 11 }; // of mie and mip
enum { kModeU = 0, kModeS = 1, kModeM = 3 };

static inline word cpu_index(void) {
    return csr_read(mhartid);
}
// Whether the CPU is what this program was built for.
static inline bool cpu_as_built(void) {
    return (csr_read(misa) >> (__riscv_xlen - 2)) == (__riscv_xlen == 64 ? 2 : 1);
}

static inline void wfi(void) {
    asm volatile("wfi" ::: "memory");
}

// One WFI with interrupts handled right after it. Called with mstatus.MIE off, so that the wake-up cannot slip in
// before the WFI.
static inline void wfi_and_serve(void) {
    asm volatile("wfi\n\tcsrsi mstatus, 8\n\tnop\n\tcsrci mstatus, 8" ::: "memory");
}
static inline void fence_i(void) {
    asm volatile("fence.i" ::: "memory");
}

// --- Traps to M-mode
// -----------------------------------------------------------------------------------------------

struct trap_frame {
    word x[32];
    word epc, cause, tval, status;
};

struct trap_record {
    word cause, epc, tval, status;
    unsigned count;
};

unsigned insn_length(word address);

// Runs fn(argument) in S- or U-mode with physical memory open (PMP), on a stack of its own; comes back when fn returns
// or when leave_mode is called by a hook.
void run_in_mode(int mode, void (*fn)(word), word argument);
void leave_mode(struct trap_frame*);
void open_pmp(void);
