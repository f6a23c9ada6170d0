// PL031 (DDI 0224C): the time, alarms to come, at hand, past and behind the wrap, the interrupt's mask and level.
#include "gic.h"

enum { kTime = 0x00, kMatch = 0x04, kLoad = 0x08, kControl = 0x0c, kMask = 0x10, kRaw = 0x14, kMasked = 0x18, kClear = 0x1c };

static uint32_t rtc(unsigned offset) {
    return read32(kRtc + offset);
}
static void set_rtc(unsigned offset, uint32_t v) {
    write32(kRtc + offset, v);
}

// Sleeps until the condition holds, looking 100 times a second, at most this long.
static bool within(unsigned seconds, bool (*condition)(void)) {
    for (unsigned i = 0; i < seconds * 100 && !condition(); ++i) {
        time_alarm(0, time_now() + kTimebase / 100);
        while (!gic_is_pending(kIrqVirtualTimer) && !condition()) {
            wfi();
        }
    }
    sys_write(cntv_ctl_el0, 0);
    return condition();
}
static bool raised(void) {
    return rtc(kRaw) & 1;
}
static uint32_t start;
static bool next_second(void) {
    return rtc(kTime) != start;
}

static void registers(void) {
    bool is_pl031 = rtc(0xfe0) == 0x31 && rtc(0xfe4) == 0x10 && (rtc(0xfe8) & 0xf) == 4 && rtc(0xff0) == 0x0d && rtc(0xff4) == 0xf0 &&
                    rtc(0xff8) == 0x05 && rtc(0xffc) == 0xb1;
    check(is_pl031, "the identification is that of a PL031");
    set_rtc(kControl, 0);
    check(rtc(kControl) == 1, "the clock runs and cannot be stopped");
    uint32_t now = rtc(kTime);
    set_rtc(kTime, 5);
    check(rtc(kTime) - now <= 1, "RTCDR is read-only");
    set_rtc(kLoad, 1000);
    check(rtc(kTime) - 1000 <= 1 && rtc(kLoad) == 1000, "RTCLR sets the time");
    set_rtc(kMask, 0xffffffff);
    check(rtc(kMask) == 1, "RTCIMSC has one bit");
    set_rtc(kMask, 0);
    set_rtc(kClear, 1);
    set_rtc(kRaw, 1);
    check(rtc(kRaw) == 0, "RTCRIS is read-only");
}

static void alarms(void) {
    start = rtc(kTime);
    check(within(2, next_second) && rtc(kTime) == start + 1, "the time goes on by seconds");
    set_rtc(kMatch, rtc(kTime) + 1);
    check(!raised() && rtc(kMatch) == start + 2, "an alarm that is to come");
    check(within(2, raised), "it comes");
    check(rtc(kTime) == start + 2 && rtc(kMasked) == 0, "at its time; masked, it is not let through");
    check(!gic_is_pending(kIrqRtc), "and does not interrupt");
    set_rtc(kMask, 1);
    check(rtc(kMasked) == 1 && gic_is_pending(kIrqRtc), "with RTCIMSC it does");
    unsigned intid = gic_acknowledge();
    check(intid == kIrqRtc, "it is taken");
    gic_end(intid);
    check(gic_is_pending(kIrqRtc), "and comes again, as it is a level");
    set_rtc(kClear, 0);
    check(raised(), "a 0 to RTCICR clears nothing");
    set_rtc(kClear, 1);
    check(!raised() && !gic_is_pending(kIrqRtc), "a 1 does");

    set_rtc(kMatch, rtc(kTime) - 1);
    check(!raised(), "a time that is past: nothing, until the count comes round");
    set_rtc(kMatch, rtc(kTime) + 0x80000001);
    check(!raised(), "nor half a round away: the comparison is for equality");
    set_rtc(kLoad, 0xffffffff);
    set_rtc(kMatch, 0);
    check(!raised(), "an alarm behind the wrap");
    check(within(2, raised) && rtc(kTime) == 0, "comes when the time wraps");
    set_rtc(kClear, 1);
    set_rtc(kMatch, 500);
    set_rtc(kLoad, 500);
    check(raised(), "a time that is set to that of the alarm raises it");
    set_rtc(kMask, 0);
    set_rtc(kClear, 1);
}

int main(void) {
    print("rtc %s\n", kArch);
    gic_init();
    if (!gic_is_v3()) {
        write8(kGicd + kGicdTargets + kIrqRtc, 1);
    }
    gic_priority(kIrqRtc, 0x80);
    gic_enable(kIrqRtc, true);
    gic_enable(kIrqVirtualTimer, true);
    gic_priority(kIrqVirtualTimer, 0xf0);
    registers();
    alarms();
    return finish();
}
