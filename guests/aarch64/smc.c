// Self-modifying code with the maintenance that the architecture asks for (Arm ARM B2.2.5): in straight line, in a loop,
// just ahead, at the end of a page.
#include "guest.h"

static uint32_t code[2048] __attribute__((aligned(4096)));

static uint32_t mov_w0(uint32_t v) {
    return 0x52800000 | v << 5;
}
static uint32_t add_w0(uint32_t v) {
    return 0x11000000 | v << 10;
} // add w0, w0, #v
enum { kRet = 0xd65f03c0 };
static word call(const void* p) {
    return ((word(*)(void))p)();
}

static void straight_line(void) {
    bool ok = true;
    for (uint32_t i = 0; i < 200; ++i) {
        code[0] = mov_w0(i);
        code[1] = kRet;
        code_written(code, 8);
        ok &= call(code) == i;
    }
    check(ok, "a function rewritten 200 times returns the new value each time");
}

static void in_a_loop(void) {
    // The loop's own body is patched on each turn: mov w9, #1 becomes mov w9, #2 and so on.
    word sum = 0, count = 20;
    asm volatile("    adr x10, 2f\n"
                 "    ldr w11, [x10]\n"
                 "1:  nop\n"
                 "2:  mov w9, #1\n"
                 "    add %[sum], %[sum], x9\n"
                 "    add w11, w11, #32\n"
                 "    str w11, [x10]\n"
                 "    dc cvau, x10\n"
                 "    dsb ish\n"
                 "    ic ivau, x10\n"
                 "    dsb ish\n"
                 "    isb\n"
                 "    subs %[count], %[count], #1\n"
                 "    b.ne 1b\n"
                 : [sum] "+&r"(sum), [count] "+&r"(count)
                 :
                 : "x9", "x10", "x11", "cc", "memory");
    check(sum == 210, "a loop that patches its own body: 1 + 2 + ... + 20");
}

static void ahead_in_the_same_block(void) {
    word result;
    asm volatile("    adr x10, 1f\n"
                 "    mov w11, #0x0540\n"
                 "    movk w11, #0x5280, lsl #16\n" // mov w0, #42
                 "    str w11, [x10]\n"
                 "    dc cvau, x10\n"
                 "    dsb ish\n"
                 "    ic ivau, x10\n"
                 "    dsb ish\n"
                 "    isb\n"
                 "1:  mov w0, #1\n"
                 "    mov %[result], x0\n"
                 : [result] "=r"(result)
                 :
                 : "x0", "x10", "x11", "memory");
    check(result == 42, "an instruction patched just ahead");
}

static void across_pages(void) {
    uint32_t* at = code + 1024 - 1;
    bool ok = true;
    for (uint32_t i = 0; i < 100; ++i) {
        at[0] = mov_w0(7);
        at[1] = add_w0(i);
        at[2] = kRet;
        code_written(at, 12);
        ok &= call(at) == i + 7;
        at[i & 1 ? 1 : 0] = i & 1 ? add_w0(i + 1) : mov_w0(8);
        code_written(at, 12);
        ok &= call(at) == i + 8;
    }
    check(ok, "a function that lies in two pages, either side rewritten");
}

int main(void) {
    print("smc %s\n", kArch);
    straight_line();
    in_a_loop();
    ahead_in_the_same_block();
    across_pages();
    return finish();
}
