#include "accel/common/core_slots.h"

namespace medley::accel {

CoreSlots::CoreSlots(TargetCore& core) {
    const auto& layout = core.layout();
    auto* state = core.state();
    const auto& pc_slot = layout[layout.program_counter];
    program_counter = state + pc_slot.offset;
    pc_is_wide = pc_slot.type == ir::Type::I64;
    if (layout.float_flags != StateLayout::kNone)
        float_flags = reinterpret_cast<std::uint32_t*>(state + layout[layout.float_flags].offset);
    if (layout.attention != StateLayout::kNone)
        attention = reinterpret_cast<const std::uint32_t*>(state + layout[layout.attention].offset);
}

} // namespace medley::accel
