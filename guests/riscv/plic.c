// PLIC: UART (transmitter empty) and RTC alarm as sources; claim, complete, priorities, threshold, WFI.
#include "guest.h"

enum {
    kPriority = kPlic,
    kPending = kPlic + 0x1000,
    kEnable = kPlic + 0x2000,
    kThreshold = kPlic + 0x200000,
    kClaim = kPlic + 0x200004
};
enum { kUartIer = kUart + 1, kUartIir = kUart + 2, kIerThri = 2 };
enum {
    kRtcLow = kRtc,
    kRtcHigh = kRtc + 4,
    kAlarmLow = kRtc + 8,
    kAlarmHigh = kRtc + 12,
    kRtcEnable = kRtc + 16,
    kRtcClear = kRtc + 28
};

static volatile unsigned interrupts, claimed[8];

static void quiet(unsigned source) {
    if (source == kIrqUart) {
        write8(kUartIer, 0);
        (void)read8(kUartIir);
    } else if (source == kIrqRtc) {
        write32(kRtcEnable, 0);
        write32(kRtcClear, 1);
    }
}

static void on_external(struct trap_frame* f) {
    if (f->cause != (kInterrupt | 11)) {
        print("trap with cause %lx\nFAIL\n", f->cause);
        machine_exit(1);
    }
    unsigned source = read32(kClaim);
    if (interrupts < 8) {
        claimed[interrupts] = source;
    }
    interrupts++;
    quiet(source);
    write32(kClaim, source);
}

static void raise_uart(void) {
    write8(kUartIer, kIerThri);
}

static void raise_rtc(uint64_t ns_from_now) {
    uint32_t low = read32(kRtcLow); // latches the upper half
    uint64_t at = ((uint64_t)read32(kRtcHigh) << 32 | low) + ns_from_now;
    write32(kRtcEnable, 1);
    write32(kAlarmHigh, (uint32_t)(at >> 32));
    write32(kAlarmLow, (uint32_t)at);
}

static bool pending(unsigned source) {
    return read32(kPending) >> source & 1;
}
static void priority(unsigned source, unsigned p) {
    write32(kPriority + 4 * source, p);
}

static bool within_1ms(bool (*condition)(void)) {
    for (uint64_t end = time_now() + kTimebase / 1000; time_now() < end;) {
        if (condition()) {
            return true;
        }
    }
    return condition();
}
static bool both_pending(void) {
    return pending(kIrqUart) && pending(kIrqRtc);
}
static bool uart_pending(void) {
    return pending(kIrqUart);
}
static bool external_pending(void) {
    return csr_read(mip) & kIrqExternal;
}

static void polled(void) {
    priority(kIrqUart, 2);
    priority(kIrqRtc, 5);
    write32(kEnable, 1u << kIrqUart | 1u << kIrqRtc);
    write32(kThreshold, 0);
    raise_uart();
    raise_rtc(0);
    bool both = within_1ms(both_pending), line = external_pending();
    unsigned first = read32(kClaim), second = read32(kClaim), third = read32(kClaim);
    quiet(kIrqUart);
    quiet(kIrqRtc);
    write32(kClaim, kIrqUart);
    write32(kClaim, kIrqRtc);
    bool after = external_pending();
    check(both && line, "both sources are pending, mip.MEIP is set");
    check(first == kIrqRtc && second == kIrqUart, "the higher priority is claimed first");
    check(third == 0, "with nothing pending a claim reads 0");
    check(!after && !uart_pending(), "completed and quiet: nothing pending");

    priority(kIrqUart, 3);
    priority(kIrqRtc, 3);
    raise_rtc(0);
    raise_uart();
    within_1ms(both_pending);
    first = read32(kClaim), second = read32(kClaim);
    quiet(kIrqUart);
    quiet(kIrqRtc);
    write32(kClaim, kIrqUart);
    write32(kClaim, kIrqRtc);
    check(first == kIrqUart && second == kIrqRtc, "among equals the lower number is claimed first");

    write32(kThreshold, 3);
    raise_uart();
    bool is_pending = within_1ms(uart_pending), masked = !external_pending();
    write32(kThreshold, 2);
    bool unmasked = within_1ms(external_pending);
    unsigned source = read32(kClaim);
    bool taken = !external_pending();
    write32(kClaim, source); // completed, but the line is still high
    bool again = within_1ms(external_pending);
    unsigned repeated = read32(kClaim);
    quiet(kIrqUart);
    write32(kClaim, repeated);
    write32(kThreshold, 0);
    check(is_pending && masked, "a threshold as high as the priority masks, pending is seen");
    check(unmasked && source == kIrqUart && taken, "below the priority it lets through; the claim takes it");
    check(again && repeated == kIrqUart, "a level that stays high is pending again after completion");

    priority(kIrqUart, 0);
    raise_uart();
    within_1ms(uart_pending);
    bool never = !external_pending();
    quiet(kIrqUart);
    priority(kIrqUart, 1);
    while ((source = read32(kClaim)) != 0) { // the pending bit outlives the line
        write32(kClaim, source);
    }
    check(never, "priority 0 never interrupts");
}

static void by_interrupt(void) {
    on_trap = on_external;
    csr_write(mie, kIrqExternal);
    raise_uart();
    while (interrupts < 1) {
        wfi_and_serve();
    }
    raise_rtc(200000); // 200 us
    while (interrupts < 2) {
        wfi_and_serve();
    }
    csr_write(mie, 0);
    check(interrupts == 2 && claimed[0] == kIrqUart && claimed[1] == kIrqRtc,
          "UART and RTC interrupts arrive as traps");
}

int main(void) {
    print("plic rv%u\n", (unsigned)__riscv_xlen);
    polled();
    by_interrupt();
    return finish();
}
