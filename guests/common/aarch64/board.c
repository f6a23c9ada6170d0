// The devices of the AArch64 board that every guest uses: console (PL011), power, generic timer.
#include "gic.h"

enum { kDr = 0x00, kFr = 0x18, kIbrd = 0x24, kFbrd = 0x28, kLcrh = 0x2c, kCr = 0x30, kImsc = 0x38, kIcr = 0x44 };
enum { kFrTxff = 0x20 };

void console_init(void) {
    write32(kUart + kCr, 0);
    write32(kUart + kImsc, 0);
    write32(kUart + kIcr, 0x7ff);
    write32(kUart + kIbrd, 13); // 24 MHz / 16 / 13.02 = 115200
    write32(kUart + kFbrd, 1);
    write32(kUart + kLcrh, 0x70); // 8N1, FIFOs on
    write32(kUart + kCr, 0x301);
}

void console_put(char c) {
    while (read32(kUart + kFr) & kFrTxff) {
    }
    write32(kUart + kDr, (uint8_t)c);
}

unsigned start_level;

int64_t psci(word function, word a, word b, word c) {
    register word x0 asm("x0") = function;
    register word x1 asm("x1") = a;
    register word x2 asm("x2") = b;
    register word x3 asm("x3") = c;
    if (start_level == 1) {
        asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
    } else {
        asm volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
    }
    return (int64_t)x0;
}

static void power_off(struct trap_frame* f) {
    (void)f;
    psci(kPsciSystemOff, 0, 0, 0);
    halt();
}

// PSCI knows no status, and is not offered to whoever was entered at EL3. Semihosting is and does: SYS_EXIT_EXTENDED (semihosting for
// AArch64, 2.0). Without semihosting HLT is undefined, and the status is lost.
void machine_exit(int status) {
    on_trap = power_off;
    if (status != 0 || start_level == 3) {
        word block[2] = {0x20026, (word)status};
        register word w0 asm("x0") = 0x20;
        register word x1 asm("x1") = (word)block;
        asm volatile("hlt #0xf000" : "+r"(w0) : "r"(x1) : "memory");
    }
    power_off(NULL);
    halt();
}

void halt(void) {
    interrupts_off();
    for (;;) {
        asm volatile("msr cntv_ctl_el0, xzr\n\tmsr cntp_ctl_el0, xzr" ::: "memory");
        wfi();
    }
}

// --- Time: the virtual timer
// ---------------------------------------------------------------------------------------------------------------------------

uint64_t time_now(void) {
    asm volatile("isb" ::: "memory");
    return sys_read(cntvct_el0);
}

void time_alarm(int cpu, uint64_t t) {
    (void)cpu; // a CPU reaches its own timer only
    sys_write(cntv_cval_el0, t);
    sys_write(cntv_ctl_el0, 1);
}

void time_wakes(void) {
    gic_init();
    gic_enable(kIrqVirtualTimer, true);
}

void cpu_start(int cpu) {
    psci(kPsciCpuOn, affinity_of(cpu), (word)cpu_entry, (word)cpu);
}
