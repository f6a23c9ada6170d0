#include "peripherals/register.h"

#include "peripherals/bus/router.h"
#include "peripherals/memory/memory.h"

namespace medley {

void register_peripherals(periph::PeripheralRegistry& registry) {
    periph::register_router(registry);
    periph::register_ram(registry);
    periph::register_rom(registry);
}

} // namespace medley
