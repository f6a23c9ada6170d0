#include "peripherals/register.h"

#include "peripherals/bus/router.h"
#include "peripherals/dma/dma.h"
#include "peripherals/finisher/sifive_test.h"
#include "peripherals/flash/cfi_flash.h"
#include "peripherals/fwcfg/fw_cfg.h"
#include "peripherals/gpio/pl061.h"
#include "peripherals/htif/htif.h"
#include "peripherals/irq/gic/gicv2.h"
#include "peripherals/irq/gic/gicv3.h"
#include "peripherals/irq/plic.h"
#include "peripherals/mailbox/mailbox.h"
#include "peripherals/memory/memory.h"
#include "peripherals/rtc/goldfish_rtc.h"
#include "peripherals/rtc/pl031.h"
#include "peripherals/spinlock/spinlock.h"
#include "peripherals/syscon/syscon.h"
#include "peripherals/timer/aclint.h"
#include "peripherals/timer/sp804.h"
#include "peripherals/uart/ns16550a.h"
#include "peripherals/uart/pl011.h"

namespace medley {

void register_peripherals(periph::PeripheralRegistry& registry) {
    periph::register_router(registry);
    periph::register_ram(registry);
    periph::register_rom(registry);
    periph::register_ns16550a(registry);
    periph::register_pl011(registry);
    periph::register_aclint(registry);
    periph::register_sp804(registry);
    periph::register_plic(registry);
    periph::register_gicv2(registry);
    periph::register_gicv3(registry);
    periph::register_sifive_test(registry);
    periph::register_syscon(registry);
    periph::register_htif(registry);
    periph::register_goldfish_rtc(registry);
    periph::register_pl031(registry);
    periph::register_pl061(registry);
    periph::register_cfi_flash(registry);
    periph::register_fw_cfg(registry);
    periph::register_mailbox(registry);
    periph::register_spinlock(registry);
    periph::register_dma(registry);
}

} // namespace medley
