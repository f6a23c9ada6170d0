/// \file
/// Platform-level interrupt controller after the "RISC-V Platform-Level Interrupt Controller Specification" 1.0.0, with level-sensitive
/// gateways, for any number of contexts (an output each).
///
/// Left out: edge-triggered and message-signalled gateways, and more than 1024 of the 15872 contexts that the memory map has room for.
/// Where the specification leaves a choice: completion of a source that the context has not enabled is ignored (section 9), and
/// so is that of a source which is not being served.
#pragma once

#include "medley/periph/register_block.h"

#include <deque>
#include <vector>

namespace medley::periph {

class Plic final : public RegisterPeripheral<Plic> {
public:
    Plic(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;

    void write_priority(unsigned source, std::uint64_t value);
    [[nodiscard]] std::uint64_t read_pending(unsigned word) const;
    void write_enable(unsigned element, std::uint64_t value);
    void write_threshold(unsigned context, std::uint64_t value);
    std::uint64_t claim(unsigned context);
    void complete(unsigned context, std::uint64_t source);

private:
    /// The gateway of one source (section 3): it forwards one request, then none until that is completed.
    struct Source {
        bool level = false;
        bool pending = false;
        bool served = false;   ///< Claimed and not completed.
        unsigned priority = 0;
    };
    struct Context {
        unsigned threshold = 0;
        IrqOut output;
    };

    void input_changed(unsigned source, bool level);
    [[nodiscard]] bool enabled(unsigned context, unsigned source) const;
    /// The source that a context would claim, 0 for none.
    [[nodiscard]] unsigned best(unsigned context) const;
    [[nodiscard]] unsigned accepted_level(std::uint64_t value, unsigned before) const;
    void update();

    const unsigned levels_;
    std::vector<Source> sources_;     ///< By number; source 0 does not exist.
    std::deque<IrqIn> inputs_;
    std::deque<Context> contexts_;
};

/// The catalogue entry "plic".
void register_plic(PeripheralRegistry& registry);

} // namespace medley::periph
