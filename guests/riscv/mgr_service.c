// Board `duo`: the manager's firmware in the demo. It sleeps in WFI and serves the mailbox by interrupt (PLIC source
// 13, mailbox RX-not-empty): each word w that comes in is answered with w + 1, and a line on the manager's own UART
// says so:
//
//     manager: got 0x0000002a answered 0x0000002b
//
// When the other side leaves eight answers unread, further ones are dropped, and the line says that instead. A doorbell
// is answered by ringing back with the value + 1.
#include "mailbox.h"

static void serve(void) {
    while (read32(kMboxStatus) & kRxNotEmpty) {
        uint32_t got = read32(kMboxRx);
        if (read32(kMboxStatus) & kTxFull) {
            print("manager: got 0x%08x, answer dropped: the mailbox is full\n", got);
            continue;
        }
        write32(kMboxTx, got + 1);
        print("manager: got 0x%08x answered 0x%08x\n", got, got + 1);
    }
    if (read32(kMboxIrqStatus) & kIrqDoorbell) {
        write32(kMboxIrqStatus, kIrqDoorbell);
        uint32_t value = read32(kMboxDoorbellValue);
        write32(kMboxDoorbell, value + 1);
        print("manager: doorbell 0x%08x\n", value);
    }
}

static void on_interrupt(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        print("manager: unexpected trap: cause %lx epc %lx tval %lx\n", f->cause, f->epc, f->tval);
        halt();
    }
    uint32_t source = plic_claim();
    if (source == kIrqMailbox) {
        serve();
    }
    plic_complete(source);
}

int main(void) {
    print("manager: rv%u firmware, serving the mailbox\n", (unsigned)__riscv_xlen);
    if (read32(kMboxId) != kMboxMagic) {
        print("manager: no mailbox at 0x%08x\n", kMailbox);
        halt();
    }
    on_trap = on_interrupt;
    mailbox_irq_on(kIrqRx | kIrqDoorbell);
    for (;;) {
        wfi_and_serve();
    }
}
