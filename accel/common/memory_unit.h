/// \file
/// Everything about guest memory that is not the fast path: translation, soft-TLB fills, device and page-crossing accesses,
/// atomics, the exclusive monitor, and writes to pages that hold translated code.
#pragma once

#include "accel/common/block_cache.h"
#include "accel/common/flat_ranges.h"
#include "accel/common/soft_tlb.h"
#include "accel/common/translation_table.h"
#include "medley/cpu/accelerator.h"
#include "medley/cpu/guest_memory.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace medley::accel {

struct MemoryCounters {
    std::uint64_t translations = 0; ///< Calls of TargetCore::translate for data.
    std::uint64_t tlb_fills = 0;
    std::uint64_t slow_accesses = 0;
    std::uint64_t device_accesses = 0;
    std::uint64_t code_writes = 0;
    std::uint64_t invalidations = 0; ///< Of direct ranges.
};

/// Up to 16 bytes as a number.
struct Wide {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// Each access returns whether it succeeded; else fault() says why and nothing has happened in memory. Addresses of a
/// guest with 32-bit addresses wrap within `mask`.
class MemoryUnit final : public MemoryListener {
public:
    MemoryUnit(TargetCore& core, GuestMemory& memory, BlockCache& blocks);
    ~MemoryUnit() override;
    MemoryUnit(const MemoryUnit&) = delete;
    MemoryUnit& operator=(const MemoryUnit&) = delete;

    /// The result is in `value`, zero-extended, in host order.
    [[nodiscard]] bool load(Address address, const ir::MemOp& op, Address mask);
    [[nodiscard]] bool store(Address address, const ir::MemOp& op, Address mask, Wide data);
    /// The old contents are in `value`, zero-extended.
    [[nodiscard]] bool rmw(Address address, const ir::MemOp& op, ir::RmwOp operation, std::uint64_t operand);
    [[nodiscard]] bool compare_exchange(Address address, const ir::MemOp& op, const Wide& expected, const Wide& desired);
    [[nodiscard]] bool load_exclusive(Address address, const ir::MemOp& op);
    /// `value` is 0 when the store happened, else 1.
    [[nodiscard]] bool store_exclusive(Address address, const ir::MemOp& op, const Wide& data);
    void clear_exclusive() { monitor_.valid = false; }
    /// Bytes from an address on.
    struct Extent {
        Address first = 0;
        unsigned bytes = 0;
    };
    /// What translated code may add to the addresses of accesses anywhere in \p all, of which the guest makes the one at \p address now:
    /// translations are looked for as for that one. Nothing where the soft TLB does not give it direct access to all of them.
    [[nodiscard]] std::optional<std::uint64_t> prepare(const Extent& all, Address address, const ir::MemOp& op, Access access);

    [[nodiscard]] const Fault& fault() const { return fault_; }
    [[nodiscard]] const MemoryCounters& counters() const { return counters_; }
    /// CPUs that execute at the same time, or null.
    [[nodiscard]] CpuTeam* team() const { return team_; }

    void set_tracer(Tracer* tracer);

    // --- for translated code
    /// Lets flat ranges be found; \p map as for FlatRanges::enable.
    void enable_flat_ranges(std::uint8_t* map, std::span<std::uint64_t> near);
    /// Makes `space` the current address space. Only while no translated code runs; false: as for FlatRanges::settle.
    [[nodiscard]] bool set_space(std::uint64_t space);
    /// Whether set_space() has something to do in the current address space, too.
    [[nodiscard]] bool is_unsettled() const { return flats.changed(); }
    /// All translated code is gone.
    void start_over();
    /// The memory index that code uses from here on: the window is set up for it.
    void expect(unsigned mem_index);
    void flush(const TlbFlush& what);
    /// Code was translated from the page: writes to it are noticed from here on.
    void protect_code(const CodePage& page, Address physical_page);

    // MemoryListener
    [[nodiscard]] bool code_written(CodeWatch& watch, std::uint64_t offset, std::uint64_t size) override;
    void page_released(CodeWatch& watch, std::uint64_t offset) override;
    void page_watched(CodeWatch& watch, std::uint64_t offset) override;
    void direct_invalidated(Address first, Address last) override;

    SoftTlb tlb;
    FlatRanges flats;
    /// The addend that direct accesses of translated code use: of the flat range of the expected memory index, else the soft
    /// TLB's near one. Changes whenever C++ runs.
    std::uint64_t window = 0;
    Wide value;

private:
    /// Where an access goes.
    struct Place {
        Address physical = 0;
        std::byte* host = nullptr; ///< Null: by transaction.
        CodeWatch* watch = nullptr;
        std::uint64_t watch_offset = 0;
        bool aligned_only = false;
        MemAttributes attributes{};
    };
    struct Monitor {
        bool valid = false;
        Address physical = 0;
        unsigned size = 0;
        Wide value;
        std::uint32_t version = 0; ///< Of the line, in a team.
    };

    [[nodiscard]] bool resolve(Address address, unsigned size, Access access, unsigned mem_index, Place& place);
    [[nodiscard]] const SoftTlb::Page* known_device(Address address, const ir::MemOp& op, Access access);
    [[nodiscard]] bool load_anywhere(Address address, const ir::MemOp& op, Address mask);
    [[nodiscard]] bool store_anywhere(Address address, const ir::MemOp& op, Address mask, const Wide& data);
    [[nodiscard]] Translation translate(Address address, unsigned size, Access access, unsigned mem_index);
    [[nodiscard]] bool walk(Address address, unsigned size, Access access, unsigned mem_index, Place& place);
    [[nodiscard]] std::pair<Translation, DirectRange> find(Address address, unsigned size, Access access, unsigned mem_index);
    void choose_window();
    void reopen(Address address, unsigned mem_index, const Place& place);
    [[nodiscard]] FlatRanges::Forgotten forgotten();
    void fill(Address address, const Translation& translation, const DirectRange& range, unsigned mem_index);
    [[nodiscard]] bool writes_are_watched(const CodeWatch* watch, std::uint64_t offset, Address physical) const;
    [[nodiscard]] bool writes_are_watched(const Place& place) const {
        return writes_are_watched(place.watch, place.watch_offset, place.physical);
    }
    [[nodiscard]] bool transfer_in(const Place& place, Address address, unsigned size, std::byte* data, Access blame = Access::Read);
    [[nodiscard]] bool transfer_out(const Place& place, Address address, unsigned size, const std::byte* data, Access blame);
    void report_write(const Place& place, unsigned size);
    [[nodiscard]] bool load_crossing(Address address, const ir::MemOp& op, Address mask, std::byte* data);
    [[nodiscard]] bool store_crossing(Address address, const ir::MemOp& op, Address mask, const std::byte* data);
    [[nodiscard]] bool resolve_crossing(Address address, unsigned size, Access access, unsigned mem_index, Address mask,
                                        std::array<Place, 2>& places);
    [[nodiscard]] bool resolve_atomic(Address address, const ir::MemOp& op, Access access, Place& place);
    [[nodiscard]] bool read_old(const Place& place, Address address, const ir::MemOp& op, Access blame, Wide& old);
    [[nodiscard]] bool replace(const Place& place, Address address, const ir::MemOp& op, const Wide& old, const Wide& desired);
    void report_atomic(const Place& place, const ir::MemOp& op);
    [[nodiscard]] std::optional<ReservationTable::Line> hold(const Place& place);
    [[nodiscard]] bool fail(FaultKind kind, Access access, Address address);
    void trace(Access access, Address address, Address physical, unsigned size, std::uint64_t data);

    TargetCore& core_;
    GuestMemory& memory_;
    BlockCache& blocks_;
    CpuTeam* team_;
    Tracer* tracer_ = nullptr;
    unsigned expected_ = 0;
    Monitor monitor_;
    TranslationTable known_;
    Fault fault_{};
    MemoryCounters counters_;
    std::uint64_t flushes_ = 0;
};

} // namespace medley::accel
