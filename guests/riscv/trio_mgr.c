// Board `trio`: the manager's firmware. It sleeps in WFI and serves two mailboxes by interrupt (PLIC sources 13 and 14): the first leads to the
// RV64 core, the second, 4 KiB above it, to the AArch64 cluster. Each word w that comes in is answered with w + 1, and a line on the manager's own
// UART says so:
//
//     manager: got 0x0000002a from a64, answered 0x0000002b
//
// When the other side leaves eight answers unread, further ones are dropped, and the line says that instead. A doorbell is answered by
// ringing back with the value + 1.
#include "mailbox.h"

enum { kSides = 2, kDistance = 0x1000 };
static const char* const kNames[kSides] = {"rv64", "a64"};

static void serve(unsigned side) {
    const word base = side * kDistance;
    while (read32(base + kMboxStatus) & kRxNotEmpty) {
        uint32_t got = read32(base + kMboxRx);
        if (read32(base + kMboxStatus) & kTxFull) {
            print("manager: got 0x%08x from %s, answer dropped: the mailbox is full\n", got, kNames[side]);
            continue;
        }
        write32(base + kMboxTx, got + 1);
        print("manager: got 0x%08x from %s, answered 0x%08x\n", got, kNames[side], got + 1);
    }
    if (read32(base + kMboxIrqStatus) & kIrqDoorbell) {
        write32(base + kMboxIrqStatus, kIrqDoorbell);
        uint32_t value = read32(base + kMboxDoorbellValue);
        write32(base + kMboxDoorbell, value + 1);
        print("manager: doorbell 0x%08x from %s\n", value, kNames[side]);
    }
}

static void on_interrupt(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        print("manager: unexpected trap: cause %lx epc %lx tval %lx\n", f->cause, f->epc, f->tval);
        halt();
    }
    uint32_t source = plic_claim();
    if (source >= kIrqMailbox && source < kIrqMailbox + kSides) {
        serve(source - kIrqMailbox);
    }
    plic_complete(source);
}

int main(void) {
    print("manager: rv%u firmware, serving the mailboxes\n", (unsigned)__riscv_xlen);
    on_trap = on_interrupt;
    for (unsigned side = 0; side < kSides; ++side) {
        if (read32(side * kDistance + kMboxId) != kMboxMagic) {
            print("manager: no mailbox at 0x%08x\n", (unsigned)(kMailbox + side * kDistance));
            halt();
        }
        write32(kPlic + 4 * (kIrqMailbox + side), 1);
        write32(side * kDistance + kMboxIrqEnable, kIrqRx | kIrqDoorbell);
    }
    write32(kPlic + 0x2000, 3u << kIrqMailbox);
    write32(kPlic + 0x200000, 0);
    csr_write(mie, kIrqExternal);
    for (;;) {
        wfi_and_serve();
    }
}
