// The interrupt controller's CPU interface. It is a device of its own behind the core's private socket, whose addresses are
// the registers' encodings; above them stands in what state the core is, where the device cannot know it.
#include "iss/aarch64/gic_address.h"
#include "iss/aarch64/sysreg_functions.h"

#include <span>

#include <fmt/format.h>

namespace medley::iss::aarch64::sysreg {
namespace {

/// Accesses of a guest reach the virtual interface (GIC v3, 6.1): group 0 and common registers with FMO, group 1 with IMO.
bool is_virtual(const System& system, std::uint16_t key) {
    if (system.el() != 1 || key >> 11 != R(3, 0, 0, 0, 0) >> 11)
        return false;
    const auto crm = key >> 3 & 15;
    const auto op2 = key & 7;
    const auto hcr = system.effective_hcr();
    if (crm == 12 && op2 == 5) // ICC_SRE_EL1
        return false;
    const bool common = (key >> 7 & 15) == 4 || crm == 11 || (crm == 12 && op2 == 4);
    if (common)
        return (hcr & (hcr::kImo | hcr::kFmo)) != 0;
    const bool group0 = crm == 8 || (crm == 12 && op2 == 6);
    return (hcr & (group0 ? hcr::kFmo : hcr::kImo)) != 0;
}

Address address_of(const System& system, std::uint16_t key) {
    Address address = Address{key} * gic_address::kBytes;
    if (is_virtual(system, key))
        address |= gic_address::kVirtual;
    if (!system.config().has_el3)
        return address;
    if (system.secure_below_el3())
        address |= gic_address::kSecure;
    if (system.el() == 3)
        address |= gic_address::kMonitor;
    if ((system.regs().scr_el3 & scr::kFiq) != 0)
        address |= gic_address::kFiqToMonitor;
    return address;
}

void report(System& system, std::uint16_t key) {
    system.host().log().report_once(fmt::format("aarch64 gic {:#x}", key), "aarch64",
                                    fmt::format("pc={:#x}: no interrupt controller answers at its system register {:#x}",
                                                system.state().pc, key));
}

} // namespace

Value gic_read(System& system, std::uint16_t key) {
    Value value = 0;
    if (system.host().read_private(address_of(system, key), std::as_writable_bytes(std::span(&value, 1))) == MemStatus::Ok)
        return value;
    report(system, key);
    return 0;
}

void gic_write(System& system, std::uint16_t key, Value value) {
    if (system.host().write_private(address_of(system, key), std::as_bytes(std::span(&value, 1))) != MemStatus::Ok)
        report(system, key);
}

/// The device has the register; what it says about traps is remembered here, where they are taken.
void write_ich_hcr(System& system, unsigned, Value value) {
    system.regs().ich_hcr_el2 = value & ich::kTraps;
    gic_write(system, R(3, 4, 12, 11, 0), value);
}

} // namespace medley::iss::aarch64::sysreg
