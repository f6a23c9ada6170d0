// Virtual system errors below a hypervisor: HCR_EL2.VSE with the syndrome of VSESR_EL2, deferred by ESB. For machines with FEAT_RAS that are
// entered at EL2. Arm ARM D1.3.6.
#include "hyp.h"
#include "serror.h"

enum { kAmo = 1 << 5, kVse = 1 << 8 };
enum { kSyndrome = 0x1000011 }; // IDS, and an implementation's own syndrome

static word raise_one(word unused) {
    (void)unused;
    asm volatile("msr s3_4_c5_c2_3, %0" ::"r"((word)kSyndrome));
    sys_write(hcr_el2, sys_read(hcr_el2) | kAmo | kVse);
    return 0;
}
HYP_READER(hcr_el2)

static void error_barrier(void) {
    asm volatile("hint #16" ::: "memory");
}
static word deferred(void) {
    word v;
    asm volatile("mrs %0, s3_0_c12_c1_1" : "=r"(v)::"memory");
    return v;
}

int main(void) {
    console_init();
    on_trap = record_and_skip;
    forget_traps();
    at_el2(raise_one, 0);
    check(is_serror_pending() && last_trap.count == 0, "HCR_EL2.VSE makes one pending, which PSTATE.A masks");
    let_serror_in();
    check(was_serror(), "not masked, it is taken at EL1");
    check(is_syndrome_of_serror(kSyndrome), "with the syndrome of VSESR_EL2");
    check(!(at_el2(read_hcr_el2, 0) & kVse), "it is taken once: VSE is clear");
    forget_traps();
    at_el2(raise_one, 0);
    error_barrier();
    check(!(at_el2(read_hcr_el2, 0) & kVse) && last_trap.count == 0, "ESB defers one that is masked");
    check(deferred() == (1u << 31 | kSyndrome), "DISR_EL1 says so, with its syndrome");
    let_serror_in();
    check(last_trap.count == 0, "and it is not taken any more");
    return finish();
}
