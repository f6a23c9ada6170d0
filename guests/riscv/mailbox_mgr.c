// Board `duo`, manager side of mailbox_app's ping-pong.
//
// A round: the application fills the FIFO and a block of the shared window and rings the doorbell with the round's
// number. We answer each word, invert the block's words, add to the common counter, and ring back with the number and
// bit 31.
#include "mailbox.h"

static volatile uint32_t rung, number, wrong;

static void on_interrupt(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        wrong++;
        print("manager: trap with cause %lx at %lx\n", f->cause, f->epc);
        halt();
    }
    uint32_t source = plic_claim();
    wrong += source != kIrqMailbox;
    if (read32(kMboxIrqStatus) & kIrqDoorbell) {
        number = read32(kMboxDoorbellValue);
        rung++;
        write32(kMboxIrqStatus, kIrqDoorbell);
    }
    plic_complete(source);
}

static void answer(uint32_t round) {
    uint32_t n = words_of_round(round);
    wrong += (read32(kMboxLevels) & 0xff) != n;
    for (uint32_t i = 0; i < n; ++i) {
        uint32_t v = read32(kMboxRx);
        wrong += v != word_of_round(round, i);
        write32(kMboxTx, answer_to(v));
        write32(kBlock + 4 * i, ~read32(kBlock + 4 * i));
    }
    for (unsigned i = 0; i < kAddsPerRound; ++i) {
        spinlock_take(kLockCounter);
        write32(kCounter, read32(kCounter) + 1);
        spinlock_release(kLockCounter);
    }
    write32(kManagerWrong, wrong);
    write32(kMboxDoorbell, round | 0x80000000);
}

int main(void) {
    print("manager: rv%u, ready\n", (unsigned)__riscv_xlen);
    on_trap = on_interrupt;
    write32(kManagerReady, kReady);
    while (read32(kGo) != 1) {
    }
    uint32_t drained = 0;
    for (; read32(kMboxStatus) & kRxNotEmpty; ++drained) {
        wrong += read32(kMboxRx) != 0x100 + drained;
    }
    mailbox_irq_on(kIrqDoorbell); // before the application may ring
    write32(kDrained, drained);
    for (uint32_t round = 0; round < kRounds; ++round) {
        while (rung == round) {
            wfi_and_serve();
        }
        wrong += number != round;
        if (round == kRounds - 1) {
            print("manager: %u rounds answered, %u wrong\n", round + 1,
                  wrong); // before the application ends the simulation
        }
        answer(round);
    }
    halt();
}
