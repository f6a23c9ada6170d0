// Sv39 (RV64) and Sv32 (RV32): translation, superpages, every page fault, permissions, accessed and dirty bits,
// SFENCE.VMA.
#include "vm.h"

#define kVa ((word)0x40000000) // virtual addresses used here: nothing is there physically
enum { kAccessRead = 13, kAccessWrite = 15, kAccessFetch = 12 };

static word frame_a[1024] __attribute__((aligned(4096)));
static word frame_b[1024] __attribute__((aligned(4096)));
extern char mode_return[];
static volatile word value;

static void s_read(word a) {
    value = *(volatile uint32_t*)a;
}
static void s_write(word a) {
    *(volatile uint32_t*)a = 0x77;
}
static void s_call(word a) {
    value = ((word(*)(void))a)();
}
static void u_read(word a) {
    uint32_t v = *(volatile uint32_t*)a;
    asm volatile("" ::"r"(v));
}

static void try(int mode, void (*fn)(word), word a) {
    forget_traps();
    value = ~(word)0;
    run_in_mode(mode, fn, a);
}
static bool faulted(word cause, word a) {
    return last_trap.count == 1 && last_trap.cause == cause && last_trap.tval == a;
}
static bool fine(void) {
    return last_trap.count == 0;
}
static void map(word pa, word flags) {
    vm_map(kVa, pa, 0, flags);
    sfence();
}

static void translation(void) {
    map((word)frame_a, kPteRwx);
    vm_map(kVa + kPage, (word)frame_b, 0, kPteRwx);
    sfence();
    frame_a[0] = 0xa, frame_b[0] = 0xb;
    try(kModeS, s_read, kVa);
    check(fine() && value == 0xa, "a page is read through its mapping");
    try(kModeS, s_write, kVa + kPage + 8);
    check(fine() && *(uint32_t*)((word)frame_b + 8) == 0x77, "a page is written through its mapping");
    ((volatile uint8_t*)frame_a)[4094] = 0x11, ((volatile uint8_t*)frame_a)[4095] = 0x22;
    ((volatile uint8_t*)frame_b)[0] = 0x33, ((volatile uint8_t*)frame_b)[1] = 0x44;
    vm_map(kVa, (word)frame_b, 0, kPteRwx);
    vm_map(kVa + kPage, (word)frame_a, 0, kPteRwx);
    sfence();
    try(kModeS, s_read, kVa);
    check(fine() && (value & 0xffff) == 0x4433, "after SFENCE.VMA the new mapping holds");
    const word step = (word)1 << (12 + kVmIndexBits);
    vm_map(kVa + 16 * step, (word)frame_a & ~(step - 1), 1, kPteRwx);
    sfence();
    try(kModeS, s_read, kVa + 16 * step + ((word)frame_a & (step - 1)) + 4092);
    check(fine() && value >> 16 == 0x2211, "a superpage translates");
    vm_map(kVa + 17 * step, ((word)frame_a & ~(step - 1)) + kPage, 1, kPteRwx);
    sfence();
    try(kModeS, s_read, kVa + 17 * step);
    check(faulted(kAccessRead, kVa + 17 * step), "a misaligned superpage faults");
}

static void faults(void) {
    map(0, 0);
    try(kModeS, s_read, kVa + 4);
    check(faulted(kAccessRead, kVa + 4), "cause 13: load from an invalid page");
    try(kModeS, s_write, kVa + 8);
    check(faulted(kAccessWrite, kVa + 8), "cause 15: store to an invalid page");
    try(kModeS, s_call, kVa + 12);
    check(faulted(kAccessFetch, kVa + 12) && last_trap.epc == kVa + 12, "cause 12: fetch from an invalid page");
    map((word)frame_a, kPteV | kPteR | kPteA | kPteD);
    try(kModeS, s_read, kVa);
    bool readable = fine();
    try(kModeS, s_write, kVa);
    check(readable && faulted(kAccessWrite, kVa), "a read-only page");
    try(kModeS, s_call, kVa);
    check(faulted(kAccessFetch, kVa), "a page that is not executable");
    map((word)frame_a, kPteV | kPteW | kPteA | kPteD);
    try(kModeS, s_read, kVa);
    check(faulted(kAccessRead, kVa), "W without R is reserved");
    map((word)frame_a, kPteV | kPteX | kPteA | kPteD);
    try(kModeS, s_read, kVa);
    bool hidden = faulted(kAccessRead, kVa);
    csr_set(mstatus, kMstatusMxr);
    try(kModeS, s_read, kVa);
    csr_clear(mstatus, kMstatusMxr);
    check(hidden && fine(), "an execute-only page is readable with MXR only");
#if __riscv_xlen == 64
    word far = (word)1 << 40;
    try(kModeS, s_read, far);
    check(faulted(kAccessRead, far), "an address that is not sign-extended from bit 38 faults");
    *vm_entry(kVa, 0) = vm_pte((word)frame_a, kPteRwx) | (word)1 << 60;
    sfence();
    try(kModeS, s_read, kVa);
    check(faulted(kAccessRead, kVa), "a reserved bit of the entry faults");
#endif
    vm_map(kVa, kHole, 0, kPteRwx);
    sfence();
    try(kModeS, s_read, kVa);
    check(last_trap.count == 1 && last_trap.cause == 5 && last_trap.tval == kVa,
          "a page of nothing: access fault at the virtual address");
}

static void user_pages(void) {
    map((word)frame_a, kPteRwx | kPteU);
    try(kModeS, s_read, kVa);
    bool hidden = faulted(kAccessRead, kVa);
    csr_set(mstatus, kMstatusSum);
    try(kModeS, s_read, kVa);
    check(hidden && fine(), "S-mode reads a user page with SUM only");
    frame_a[0] = 0x00008067; // ret
    fence_i();
    try(kModeS, s_call, kVa);
    check(faulted(kAccessFetch, kVa), "S-mode never executes a user page");
    csr_clear(mstatus, kMstatusSum);
    // U-mode executes a user alias of our own code at another address: position-independent functions, one 4 KiB page
    // each.
    const word step = (word)1 << (12 + kVmIndexBits);
    word alias = kVa + 32 * step - ((word)ram_base & ~(step - 1));
    for (word offset = 0; offset < 2 * step; offset += step) {
        vm_map(kVa + 32 * step + offset, ((word)ram_base & ~(step - 1)) + offset, 1, kPteRwx | kPteU);
    }
    *vm_entry((word)mode_return, 1) |= kPteU; // what U-mode returns to; its data and stack are there as well
    *vm_entry((word)ram_base, 1) |= kPteU;
    sfence();
    void (*read_from_user)(word) = (void (*)(word))((word)u_read + alias);
    try(kModeU, read_from_user, kVa);
    check(fine(), "U-mode executes and reads user pages");
    try(kModeU, read_from_user, kUart);
    check(faulted(kAccessRead, kUart), "U-mode may not read a supervisor page");
    *vm_entry((word)mode_return, 1) &= ~(word)kPteU;
    *vm_entry((word)ram_base, 1) &= ~(word)kPteU;
    sfence();
}

static void accessed_and_dirty(void) {
    map((word)frame_a, kPteV | kPteR | kPteW);
    try(kModeS, s_read, kVa);
    word entry = *vm_entry(kVa, 0);
    check(fine() ? (entry & (kPteA | kPteD)) == kPteA : faulted(kAccessRead, kVa) && !(entry & kPteA),
          "a load sets A, not D (Svadu), or faults (Svade)");
    map((word)frame_a, kPteV | kPteR | kPteW | kPteA);
    try(kModeS, s_read, kVa);
    bool read_ok = fine() && !(*vm_entry(kVa, 0) & kPteD);
    try(kModeS, s_write, kVa);
    entry = *vm_entry(kVa, 0);
    check(read_ok && (fine() ? (entry & kPteD) != 0 : faulted(kAccessWrite, kVa) && !(entry & kPteD)),
          "a store sets D (Svadu) or faults (Svade), after a load as well");
}

static void machine_with_mprv(void) {
    map((word)frame_b, kPteRwx);
    frame_b[1] = 0x1234;
    word old = csr_read(mstatus);
    csr_write(mstatus, (old & ~(word)kMstatusMpp) | kModeS << 11);
    word got;
    asm volatile("csrs mstatus, %2\n\tlw %0, (%1)\n\tcsrc mstatus, %2"
                 : "=&r"(got)
                 : "r"(kVa + sizeof(word)), "r"((word)kMstatusMprv)
                 : "memory");
    csr_write(mstatus, old);
    check(got == 0x1234, "MPRV: M-mode loads through S-mode's tables");
}

int main(void) {
    print("paging %s\n", __riscv_xlen == 64 ? "Sv39" : "Sv32");
    open_pmp();
    on_trap = record_and_skip;
    vm_init();
    vm_on();
    check(csr_read(satp) >> (__riscv_xlen == 64 ? 60 : 31) == (__riscv_xlen == 64 ? 8 : 1), "satp takes the mode");
    translation();
    faults();
    user_pages();
    accessed_and_dirty();
    machine_with_mprv();
    vm_off();
    return finish();
}
