#include "iss/aarch64/core.h"

#include "iss/aarch64/disassemble.h"
#include "iss/aarch64/helpers.h"
#include "iss/aarch64/lift.h"
#include "iss/aarch64/slots.h"

namespace medley::iss::aarch64 {

Core::Core(const Config& config, CoreHost& host)
    : config_(config), helpers_(make_helpers()), decode_(std::make_shared<const DecodeTables>(config.features)),
      system_(config_, host, state_) {
    add_common_slots(layout_);
    system_.add_slots(layout_);
}

LiftResult Core::lift(Address start, const LiftLimits& limits, CodeReader& code, ir::Builder& builder) {
    return aarch64::lift(config_, *decode_, system_.lift_mode(), start, limits, code, builder);
}

void Core::raise(const Fault& fault) {
    if (fault.kind == FaultKind::Instruction && fault.code == kTaggedPc)
        state_.pc = fault.value;
    else if (fault.kind == FaultKind::Instruction && fault.code == kWarmReset)
        system_.warm_reset();
    else
        system_.raise(fault);
}

std::string Core::disassemble(Address address, std::span<const std::byte> code, unsigned& length) const {
    return aarch64::disassemble(*decode_, address, code, length);
}

} // namespace medley::iss::aarch64
