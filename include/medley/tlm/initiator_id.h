/// \file
/// Who sends a transaction, and with what right, for devices with banked registers or access rules. Unique in a platform.
#pragma once

#include <cstdint>
#include <tlm>

namespace medley {

struct InitiatorId : tlm::tlm_extension<InitiatorId> {
    std::uint32_t value = 0;
    /// Whether it may reach what is reserved for secure software, where there is such a thing. Who says nothing may not.
    bool secure = false;

    [[nodiscard]] tlm::tlm_extension_base* clone() const override { return new InitiatorId(*this); }
    void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const InitiatorId&>(other); }
};

} // namespace medley
