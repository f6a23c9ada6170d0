// Self-modifying code with FENCE.I: in straight line, in a loop, across a page boundary, through a second mapping of
// the page.
#include "vm.h"

static uint32_t code[2048] __attribute__((aligned(4096)));

static uint32_t li_a0(uint32_t v) {
    return v << 20 | 0x00000513;
} // addi a0, zero, v
static uint32_t addi_a0(uint32_t v) {
    return v << 20 | 0x00050513;
} // addi a0, a0, v
enum { kRet = 0x00008067 };
static word call(const void* p) {
    return ((word(*)(void))p)();
}

static void straight_line(void) {
    bool ok = true;
    for (uint32_t i = 0; i < 200; ++i) {
        code[0] = li_a0(i);
        code[1] = kRet;
        fence_i();
        ok &= call(code) == i;
    }
    check(ok, "a function rewritten 200 times returns the new value each time");
}

static void in_a_loop(void) {
    // The loop's own body is patched on each turn: addi a0, a0, 1 becomes addi a0, a0, 2 and so on.
    word sum, count = 20, patch, insn;
    asm volatile("    li %[sum], 0\n"
                 "    la %[patch], 2f\n"
                 "    lw %[insn], (%[patch])\n"
                 "    li t1, 1 << 20\n"
                 "    .option push\n    .option norvc\n"
                 "    .balign 4\n"
                 "1:  nop\n"
                 "2:  addi t2, zero, 1\n"
                 "    add %[sum], %[sum], t2\n"
                 "    add %[insn], %[insn], t1\n"
                 "    sw %[insn], (%[patch])\n"
                 "    fence.i\n"
                 "    addi %[count], %[count], -1\n"
                 "    bnez %[count], 1b\n"
                 "    .option pop\n"
                 : [sum] "=&r"(sum), [count] "+&r"(count), [patch] "=&r"(patch), [insn] "=&r"(insn)
                 :
                 : "t1", "t2", "memory");
    check(sum == 210, "a loop that patches its own body: 1 + 2 + ... + 20");
}

static void ahead_in_the_same_block(void) {
    word result, patch;
    asm volatile("    la %[patch], 1f\n"
                 "    li t1, 0x02a00513\n" // addi a0, zero, 42
                 "    .option push\n    .option norvc\n"
                 "    sw t1, (%[patch])\n"
                 "    fence.i\n"
                 "    .balign 4\n"
                 "1:  addi a0, zero, 1\n"
                 "    .option pop\n"
                 "    mv %[result], a0\n"
                 : [result] "=r"(result), [patch] "=&r"(patch)
                 :
                 : "a0", "t1", "memory");
    check(result == 42, "an instruction patched just ahead");
}

static void across_pages(void) {
    // li a0, 0 ; addi a0, a0, x with its halves in two pages ; ret
    volatile uint16_t* at = (volatile uint16_t*)((char*)code + 4096 - 2);
    bool ok = true;
    for (uint32_t i = 0; i < 100; ++i) {
        uint32_t insn = addi_a0(i * 7 % 2000);
        at[-1] = (uint16_t)(li_a0(0) >> 16), at[-2] = (uint16_t)li_a0(0);
        at[0] = (uint16_t)insn, at[1] = (uint16_t)(insn >> 16);
        at[2] = (uint16_t)kRet, at[3] = (uint16_t)((uint32_t)kRet >> 16);
        fence_i();
        ok &= call((const void*)(at - 2)) == i * 7 % 2000;
    }
    check(ok, "an instruction whose halves lie in two pages, both halves rewritten");
    at[1] = (uint16_t)(addi_a0(0x123) >> 16);
    fence_i();
    ok = call((const void*)(at - 2)) == (addi_a0(0x123) >> 20);
    check(ok, "only the half in the second page rewritten");
}

static volatile word through_alias;

static void second_mapping(word unused) {
    (void)unused;
    volatile uint32_t* write_here = (volatile uint32_t*)(word)0x40000000;
    const void* run_here = (const void*)(word)0x40400000;
    bool ok = true;
    for (uint32_t i = 0; i < 100; ++i) {
        write_here[0] = li_a0(i + 5);
        write_here[1] = kRet;
        fence_i();
        ok &= call(run_here) == i + 5;
        ok &= call((const void*)code) == i + 5;
    }
    through_alias = ok;
}

int main(void) {
    print("smc rv%u\n", (unsigned)__riscv_xlen);
    straight_line();
    in_a_loop();
    ahead_in_the_same_block();
    across_pages();
    open_pmp();
    vm_init();
    vm_map(0x40000000, (word)code, 0, kPteRwx);
    vm_map(0x40400000, (word)code, 0, kPteRwx);
    vm_on();
    on_trap = record_and_skip;
    forget_traps();
    run_in_mode(kModeS, second_mapping, 0);
    vm_off();
    check(through_alias && last_trap.count == 0, "written through one mapping, executed through two others");
    return finish();
}
