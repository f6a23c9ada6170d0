/// \file
/// The slots of a core's state that accelerators read and write on their own account.
#pragma once

#include "medley/cpu/target.h"

#include <cstdint>

namespace medley::accel {

/// Slots that a core does not have are variables here.
struct CoreSlots {
    explicit CoreSlots(TargetCore& core);
    CoreSlots(const CoreSlots&) = delete;
    CoreSlots& operator=(const CoreSlots&) = delete;

    void set_pc(Address pc) {
        if (pc_is_wide)
            *static_cast<std::uint64_t*>(program_counter) = pc;
        else
            *static_cast<std::uint32_t*>(program_counter) = static_cast<std::uint32_t>(pc);
    }
    [[nodiscard]] Address pc() const {
        return pc_is_wide ? *static_cast<const std::uint64_t*>(program_counter)
                          : *static_cast<const std::uint32_t*>(program_counter);
    }

    void* program_counter = nullptr;
    std::uint32_t* float_flags = &no_float_flags;
    const std::uint32_t* attention = &no_attention;
    bool pc_is_wide = true;
    std::uint32_t no_float_flags = 0;
    std::uint32_t no_attention = 0;
};

} // namespace medley::accel
