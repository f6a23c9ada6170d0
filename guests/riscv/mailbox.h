// The mailbox, the hardware spinlocks and the shared window of board `duo` (docs/boards.md), as both sides see them.
#pragma once

#include "guest.h"

enum {
    kMboxId = kMailbox + 0x00,
    kMboxStatus = kMailbox + 0x04,
    kMboxTx = kMailbox + 0x08,
    kMboxRx = kMailbox + 0x0c,
    kMboxIrqStatus = kMailbox + 0x10,
    kMboxIrqEnable = kMailbox + 0x14,
    kMboxDoorbell = kMailbox + 0x18,
    kMboxDoorbellValue = kMailbox + 0x1c,
    kMboxLevels = kMailbox + 0x20,
};
enum { kRxNotEmpty = 1, kTxFull = 2, kTxEmpty = 4, kRxFull = 8 };      // STATUS
enum { kIrqRx = 1, kIrqTxEmpty = 2, kIrqDoorbell = 4, kIrqError = 8 }; // IRQ_STATUS, IRQ_ENABLE
enum { kFifoDepth = 8, kMboxMagic = 0x4d424f58 };

// PLIC context 0: M-mode of hart 0 on each bus.
static inline void mailbox_irq_on(uint32_t enable) {
    write32(kPlic + 4 * kIrqMailbox, 1);
    write32(kPlic + 0x2000, 1u << kIrqMailbox);
    write32(kPlic + 0x200000, 0);
    write32(kMboxIrqEnable, enable);
    csr_write(mie, kIrqExternal);
}
static inline uint32_t plic_claim(void) {
    return read32(kPlic + 0x200004);
}
static inline void plic_complete(uint32_t source) {
    write32(kPlic + 0x200004, source);
}

static inline void spinlock_take(unsigned n) {
    while (read32(kSpinlocks + 4 * n) != 0) {
    }
}
static inline void spinlock_release(unsigned n) {
    write32(kSpinlocks + 4 * n, 0);
}

// The ping-pong's words in the shared window.
enum {
    kManagerReady = kSharedWindow + 0x00, // manager: kReady when it has started
    kGo = kSharedWindow + 0x04,           // application: the step the manager may do
    kDrained = kSharedWindow + 0x08,      // manager: words it found in the first, overfull FIFO
    kCounter = kSharedWindow + 0x0c,      // both, under spinlock kLockCounter
    kManagerWrong = kSharedWindow + 0x10, // manager: errors it has seen
    kBlock = kSharedWindow + 0x40,        // a block of words of each round
};
enum { kReady = 0x52454459, kLockCounter = 3, kRounds = 32, kAddsPerRound = 10 };
static inline uint32_t words_of_round(uint32_t round) {
    return round % kFifoDepth + 1;
}
static inline uint32_t word_of_round(uint32_t round, uint32_t i) {
    return round * 0x01000193u ^ i * 0x9e3779b9u;
}
static inline uint32_t answer_to(uint32_t v) {
    return (v ^ 0x4d454459) + 1;
}
