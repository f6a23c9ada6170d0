/// \file
/// The locality-specific interrupts of one redistributor (IHI 0069H, chapter 5): their configuration and pending tables are in guest memory; what
/// is pending, and the configuration of that, is held here until the guest asks for it to be read again.
#pragma once

#include "peripherals/irq/gic/bank.h"

#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace medley::periph {
class Gicv3;
}

namespace medley::periph::gic {

class Lpis {
public:
    explicit Lpis(Gicv3& controller) : controller_(controller) {}

    void reset();
    [[nodiscard]] bool enabled() const { return enabled_; }
    /// Reads the pending table when LPIs become enabled, and writes it when they no longer are.
    void enable(bool on);

    // GICR_PROPBASER and GICR_PENDBASER; fixed while LPIs are enabled.
    [[nodiscard]] std::uint64_t properties() const { return properties_; }
    void set_properties(std::uint64_t value);
    [[nodiscard]] std::uint64_t pending_table() const { return pending_table_; }
    void set_pending_table(std::uint64_t value);

    void set_pending(std::uint32_t id, bool pending);
    [[nodiscard]] bool pending(std::uint32_t id) const { return pending_.contains(id); }
    /// The configuration of one, or of all, is read again from memory.
    void invalidate(std::uint32_t id);
    void invalidate_all();
    /// All that is pending goes to another redistributor.
    void move_all(Lpis& to);
    void choose(Request& best) const;

private:
    [[nodiscard]] bool in_range(std::uint32_t id) const;
    /// Priority and, in bit 0, whether it is enabled.
    [[nodiscard]] std::uint8_t configuration(std::uint32_t id) const;
    void load_pending();
    void save_pending();

    Gicv3& controller_;
    bool enabled_ = false;
    std::uint64_t properties_ = 0;
    std::uint64_t pending_table_ = 0;
    std::map<std::uint32_t, std::uint8_t> pending_;             ///< With their configuration.
    std::set<std::pair<std::uint8_t, std::uint32_t>> ready_;    ///< Those that are enabled, by priority and number.
};

} // namespace medley::periph::gic
