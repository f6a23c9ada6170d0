/// \file
/// The reference accelerator: blocks of pre-decoded operations, found through a jump cache and linked within pages.
#pragma once

#include "accel/common/dispatcher.h"
#include "accel/interp/block.h"
#include "accel/interp/lower.h"
#include "accel/interp/op.h"
#include "accel/ir/passes/passes.h"

#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace medley::accel::interp {

struct InterpOptions {
    bool verify = false;
    std::size_t cache_bytes = std::size_t{64} << 20;
};

class Interp final : public Dispatcher {
public:
    Interp(TargetCore& core, GuestMemory& memory, const InterpOptions& options);
    ~Interp() override;

    void request_exit() override;
    void flush_tlb(const TlbFlush& flush) override;
    [[nodiscard]] Statistics statistics() const override;

private:
    struct Mode {
        std::uint64_t key = 0;
        std::uint64_t space = 0;
        friend auto operator<=>(const Mode&, const Mode&) = default;
    };
    struct Counters {
        std::uint64_t lookups = 0, links = 0;
    };

    // Dispatcher
    void begin_part() override;
    [[nodiscard]] Pace pace() const override { return trace_.instructions ? Pace::Instructions : Pace::Blocks; }
    [[nodiscard]] Landing advance(std::uint32_t limit) override;
    [[nodiscard]] std::uint64_t executed_in_flight() const override;
    void resync() override;
    void on_drop(CodeBlock& block) override;

    [[nodiscard]] Landing after_leave();
    void execute(const Block& block);
    void take_fault();
    void renew_mode_tags();

    // Finding and making blocks (translate.cpp)
    /// The block at the program counter; null when it cannot be fetched (fetcher_.fault()).
    [[nodiscard]] Block* lookup(std::uint32_t limit);
    [[nodiscard]] Block* lookup_slowly(Address pc, std::uint32_t limit);
    [[nodiscard]] std::optional<BlockKey> key_at(Address pc, std::uint32_t limit);
    [[nodiscard]] Block* find_current(const BlockKey& key);
    [[nodiscard]] Block* translate(const BlockKey& key);
    [[nodiscard]] bool lift(Address pc, std::uint32_t max_instructions);
    void remember_jump(Address pc, Block& block);
    void link_to(Block& block);
    void flush_when_full();

    InterpOptions options_;
    std::unique_ptr<Machine> machine_;
    Lowering lowering_;
    ir::Block source_;
    ir::PassScratch scratch_;

    std::optional<Mode> mode_;
    std::map<Mode, std::uint64_t> mode_tags_;
    std::uint64_t last_mode_tag_ = 0;
    std::bitset<4096> jump_pages_; ///< Hashed pages that the jump cache may lead into.
    Counters counters_;
};

} // namespace medley::accel::interp
