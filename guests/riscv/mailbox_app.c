// Board `duo`, application side: plays ping-pong with mailbox_mgr over FIFO, doorbell, shared window and hardware
// spinlock.
#include "mailbox.h"

static volatile uint32_t doorbells, doorbell_value, strange;

static void on_interrupt(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        print("trap with cause %lx at %lx\nFAIL\n", f->cause, f->epc);
        machine_exit(1);
    }
    uint32_t source = plic_claim();
    strange += source != kIrqMailbox;
    if (read32(kMboxIrqStatus) & kIrqDoorbell) {
        doorbell_value = read32(kMboxDoorbellValue);
        doorbells++;
        write32(kMboxIrqStatus, kIrqDoorbell);
    }
    plic_complete(source);
}

static void wait_for_manager(word address, uint32_t value) {
    while (read32(address) != value) {
    }
}

static void registers(void) {
    check(read32(kMboxId) == kMboxMagic, "ID");
    check(read32(kMboxStatus) == kTxEmpty && read32(kMboxLevels) == 0, "both FIFOs are empty");
    check(read32(kMboxRx) == 0 && (read32(kMboxIrqStatus) & kIrqError),
          "reading an empty FIFO gives 0 and the error bit");
    write32(kMboxIrqStatus, kIrqError);
    check((read32(kMboxIrqStatus) & kIrqError) == 0, "writing 1 clears the error bit");
    for (uint32_t i = 0; i < kFifoDepth; ++i) {
        write32(kMboxTx, 0x100 + i);
    }
    bool full = read32(kMboxStatus) & kTxFull, error_before = read32(kMboxIrqStatus) & kIrqError;
    check(full && !error_before && read32(kMboxLevels) == kFifoDepth << 8, "eight words fill the FIFO");
    write32(kMboxTx, 0xdead);
    check((read32(kMboxIrqStatus) & kIrqError) && read32(kMboxLevels) == kFifoDepth << 8,
          "the ninth is dropped with the error bit");
    write32(kMboxIrqStatus, kIrqError);
    write32(kGo, 1);
    wait_for_manager(kDrained, kFifoDepth);
    check(read32(kMboxStatus) & kTxEmpty, "the manager has taken the eight words");
}

static void spinlocks(void) {
    check(read32(kSpinlocks + 4 * 7) == 0 && read32(kSpinlocks + 4 * 7) == 1, "a spinlock is taken once");
    check(read32(kSpinlocks + 0x80) >> 7 & 1, "STATUS shows it");
    write32(kSpinlocks + 4 * 7, 0);
    check((read32(kSpinlocks + 0x80) >> 7 & 1) == 0, "writing 0 releases it");
}

static void add_to_counter(void) {
    for (unsigned i = 0; i < kAddsPerRound; ++i) {
        spinlock_take(kLockCounter);
        write32(kCounter, read32(kCounter) + 1);
        spinlock_release(kLockCounter);
    }
}

static bool play(uint32_t round) {
    uint32_t n = words_of_round(round), before = doorbells;
    for (uint32_t i = 0; i < n; ++i) {
        write32(kBlock + 4 * i, ~word_of_round(round, i));
        write32(kMboxTx, word_of_round(round, i));
    }
    write32(kMboxDoorbell, round);
    add_to_counter(); // at the same time as the manager
    while (doorbells == before) {
        wfi_and_serve();
    }
    bool ok = doorbells == before + 1 && doorbell_value == (round | 0x80000000) && (read32(kMboxLevels) & 0xff) == n;
    for (uint32_t i = 0; i < n; ++i) {
        ok &=
            read32(kMboxRx) == answer_to(word_of_round(round, i)) && read32(kBlock + 4 * i) == word_of_round(round, i);
    }
    return ok && (read32(kMboxStatus) & kRxNotEmpty) == 0;
}

int main(void) {
    print("mailbox_app rv%u\n", (unsigned)__riscv_xlen);
    on_trap = on_interrupt;
    wait_for_manager(kManagerReady, kReady);
    print("  the manager is there\n");
    registers();
    spinlocks();
    mailbox_irq_on(kIrqDoorbell);
    unsigned right = 0;
    for (uint32_t round = 0; round < kRounds; ++round) {
        right += play(round);
    }
    print("  %u of %u rounds\n", right, (unsigned)kRounds);
    check(right == kRounds, "every round's words, answers, block and doorbell were right");
    check(read32(kCounter) == 2 * kRounds * kAddsPerRound, "both sides' additions under the hardware spinlock add up");
    check(strange == 0 && doorbells == kRounds, "one interrupt a round, all from PLIC source 13");
    check(read32(kManagerWrong) == 0, "the manager saw no error either");
    return finish();
}
