// What AArch64's guests know of their machine: memory map, system registers, exceptions.
#pragma once

// --- Memory map (docs/boards.md)
// -----------------------------------------------------------------------------------------------

enum {
    kFlash = 0x00000000,
    kGicd = 0x08000000,
    kGicc = 0x08010000, // GICv2
    kGich = 0x08030000,
    kGicv = 0x08040000,
    kGicr = 0x080a0000, // GICv3
    kUart = 0x09000000,
    kRtc = 0x09010000,
    kFwCfg = 0x09020000,
    kGpio = 0x09030000,
    kHole = 0x0b000000, // nothing is there
    kRam = 0x40000000,
};
enum { kIrqUart = 32 + 1, kIrqRtc = 32 + 2, kIrqGpio = 32 + 7 };
enum { kIrqPhysicalTimer = 30, kIrqVirtualTimer = 27, kIrqHypTimer = 26, kIrqPmu = 23, kIrqMaintenance = 25 };
enum { kTimebase = 62500000, kMaxHarts = 8 };

#define kArch "aarch64"
#define kSeedAddress ((word)kRam + 0xf00000)

// --- System registers
// -----------------------------------------------------------------------------------------------------------------------

#define sys_name(name) #name
#define sys_read(name)                                                                                                 \
    ({                                                                                                                 \
        word sys_value;                                                                                                \
        asm volatile("mrs %0, " sys_name(name) : "=r"(sys_value)::"memory");                                                    \
        sys_value;                                                                                                     \
    })
#define sys_write(name, v) asm volatile("msr " sys_name(name) ", %0\n\tisb" ::"r"((word)(v)) : "memory")

enum { kPstateI = 1 << 7, kPstateMasked = 0x3c0, kPstateIl = 1 << 20 };
enum { kModeEl0 = 0, kModeEl1t = 4, kModeEl1h = 5 };

static inline word cpu_index(void) {
    word affinity = sys_read(mpidr_el1);
    return (affinity >> 8 & 0xff) * 8 + (affinity & 0xff); // eight to a cluster
}
// Whether the CPU is what this program was built for.
static inline bool cpu_as_built(void) {
    return sys_read(CurrentEL) == 4 && (sys_read(id_aa64pfr0_el1) & 0xee) == 0;
}

static inline void wfi(void) {
    asm volatile("dsb sy\n\twfi" ::: "memory");
}
// One WFI with interrupts handled right after it. Called with PSTATE.I set, so that the wake-up cannot slip in before
// the WFI.
static inline void wfi_and_serve(void) {
    asm volatile("dsb sy\n\twfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2" ::: "memory");
}
static inline void interrupts_on(void) {
    asm volatile("msr daifclr, #2\n\tisb" ::: "memory");
}
static inline void interrupts_off(void) {
    asm volatile("msr daifset, #2" ::: "memory");
}
static inline void barrier(void) {
    asm volatile("dsb sy\n\tisb" ::: "memory");
}
// Makes instructions that were written visible to fetches.
static inline void code_written(const void* p, size_t n) {
    for (word a = (word)p & ~(word)15; a < (word)p + n; a += 16) {
        asm volatile("dc cvau, %0" ::"r"(a) : "memory");
    }
    asm volatile("dsb ish" ::: "memory");
    for (word a = (word)p & ~(word)15; a < (word)p + n; a += 16) {
        asm volatile("ic ivau, %0" ::"r"(a) : "memory");
    }
    asm volatile("dsb ish\n\tisb" ::: "memory");
}

// --- Exceptions to EL1
// -----------------------------------------------------------------------------------------------

struct trap_frame {
    word x[31];
    word sp; // SP_EL0
    word pc, status;
    word syndrome, address;
    word vector; // number of the vector: 0 to 3 from EL1t, 4 to 7 from EL1h, 8 to 11 from EL0; synchronous, IRQ, FIQ, SError
};

struct trap_record {
    word pc, status, syndrome, address, vector;
    unsigned count;
};

static inline unsigned class_of(word syndrome) {
    return syndrome >> 26 & 63;
}
static inline bool is_interrupt(const struct trap_frame* f) {
    return (f->vector & 3) != 0;
}

extern unsigned start_level; // exception level at which the machine was entered
extern word el0_status;      // SPSR for enter_el0

// Runs fn(argument) at EL0 on a stack of its own; comes back when fn returns or when leave_el0 is called by a hook.
void run_at_el0(void (*fn)(word), word argument);
void leave_el0(struct trap_frame*);

// --- PSCI (DEN 0022) by the conduit that the level of entry says
// -----------------------------------------------------------------------------------------------

enum {
    kPsciVersion = 0x84000000u,
    kPsciCpuSuspend = 0xc4000001u,
    kPsciCpuOff = 0x84000002u,
    kPsciCpuOn = 0xc4000003u,
    kPsciAffinityInfo = 0xc4000004u,
    kPsciCpuOn32 = 0x84000003u,
    kPsciAffinityInfo32 = 0x84000004u,
    kPsciSystemOff = 0x84000008u,
    kPsciSystemReset = 0x84000009u,
    kPsciFeatures = 0x8400000au,
};
enum { kPsciSuccess = 0, kPsciNotSupported = -1, kPsciInvalidParameters = -2, kPsciAlreadyOn = -4, kPsciOnPending = -5 };
int64_t psci(word function, word a, word b, word c);
static inline word affinity_of(int cpu) {
    return (word)(cpu / 8) << 8 | (word)(cpu % 8);
}
extern char cpu_entry[];
