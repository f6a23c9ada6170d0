#include "peripherals/register.h"

#include "peripherals/bus/router.h"
#include "peripherals/dma/dma.h"
#include "peripherals/finisher/sifive_test.h"
#include "peripherals/htif/htif.h"
#include "peripherals/irq/plic.h"
#include "peripherals/mailbox/mailbox.h"
#include "peripherals/memory/memory.h"
#include "peripherals/rtc/goldfish_rtc.h"
#include "peripherals/spinlock/spinlock.h"
#include "peripherals/syscon/syscon.h"
#include "peripherals/timer/aclint.h"
#include "peripherals/uart/ns16550a.h"

namespace medley {

void register_peripherals(periph::PeripheralRegistry& registry) {
    periph::register_router(registry);
    periph::register_ram(registry);
    periph::register_rom(registry);
    periph::register_ns16550a(registry);
    periph::register_aclint(registry);
    periph::register_plic(registry);
    periph::register_sifive_test(registry);
    periph::register_syscon(registry);
    periph::register_htif(registry);
    periph::register_goldfish_rtc(registry);
    periph::register_mailbox(registry);
    periph::register_spinlock(registry);
    periph::register_dma(registry);
}

} // namespace medley
