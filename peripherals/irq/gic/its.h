/// \file
/// Interrupt translation service of a Gicv3 (IHI 0069H, chapters 5 and 12.18 to 12.19): messages (EventID, written to GITS_TRANSLATER by the
/// device whose InitiatorId is the DeviceID) become LPIs by tables in guest memory, which commands in a queue in guest memory fill.
///
/// Device table, collection table and translation tables have entries of eight bytes of Medley's own layout. Flat tables only; a redistributor is
/// named by its number (GITS_TYPER.PTA is 0). A command that makes no sense is skipped.
#pragma once

#include "medley/periph/register_block.h"

#include <array>
#include <cstdint>
#include <optional>

namespace medley::periph {
class Gicv3;
}

namespace medley::periph::gic {

class Its {
public:
    static constexpr std::uint64_t kSpan = 0x20000;

    explicit Its(Gicv3& controller);

    void reset();
    [[nodiscard]] Peripheral::TargetSocket& socket() { return registers_.socket(); }

private:
    struct Map;
    using Command = std::array<std::uint64_t, 4>;
    struct Device {
        Address table = 0;
        unsigned event_bits = 0;
    };
    struct Translation {
        Address entry = 0;         ///< Where the tables have it.
        std::uint32_t id = 0;      ///< Of the LPI.
        std::uint32_t collection = 0;
    };

    [[nodiscard]] std::uint64_t read_control() const;
    void write_control(std::uint64_t value);
    [[nodiscard]] std::uint64_t read_type() const;
    void write_queue(std::uint64_t value);
    void write_queue_end(std::uint64_t value);
    void write_table(unsigned number, std::uint64_t value);
    void translate(std::uint64_t value);

    void process();
    void execute(const Command& command);
    void map_device(const Command& command);
    void map_collection(const Command& command);
    void map_event(const Command& command, std::uint32_t id);
    void move_event(const Command& command);
    void move_all(const Command& command);
    void discard(const Command& command);
    void set_pending(std::uint32_t device, std::uint32_t event, bool pending);
    void invalidate(const Command& command);
    void invalidate_collection(std::uint32_t collection);

    [[nodiscard]] std::optional<std::uint64_t> read_entry(Address address) const;
    void write_entry(Address address, std::uint64_t value);
    /// The place of an entry in a table that GITS_BASER describes; nothing when the table does not reach so far.
    [[nodiscard]] std::optional<Address> place(unsigned table, std::uint32_t index) const;
    [[nodiscard]] std::optional<Device> find_device(std::uint32_t device) const;
    [[nodiscard]] std::optional<Address> find_entry(std::uint32_t device, std::uint32_t event) const;
    [[nodiscard]] std::optional<Translation> find(std::uint32_t device, std::uint32_t event) const;
    /// The redistributor that a collection is mapped to.
    [[nodiscard]] std::optional<unsigned> find_target(std::uint32_t collection) const;

    Gicv3& controller_;
    bool enabled_ = false;
    bool busy_ = false;
    RegisterBlock<Its> registers_;
};

} // namespace medley::periph::gic
