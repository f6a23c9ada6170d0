/// \file
/// Where the values of a region are used.
#pragma once

#include "accel/jit/flag_groups.h"
#include "medley/cpu/state_layout.h"
#include "medley/ir/block.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace medley::accel::jit {

/// A *view* is a value that is the low part of another one as it stands, or the other one with the zeros that are above it anyway: its uses
/// are the other one's, its *root*'s.
class Uses {
public:
    void find(const ir::Block& block, const ConditionFlags& flags);

    [[nodiscard]] ir::Value root(ir::Value value) const { return values_[value].root; }
    /// The last operation that reads a root.
    [[nodiscard]] std::uint32_t last(ir::Value root) const { return values_[root].last; }
    [[nodiscard]] std::uint32_t count(ir::Value root) const { return values_[root].count; }
    /// A sum with a constant that is nothing but the address of loads and stores: those use its first argument instead, and add
    /// the constant themselves.
    [[nodiscard]] bool is_folded(ir::Value root) const { return (values_[root].traits & kFolded) != 0; }
    /// The constant of a folded sum; it has 31 bits.
    [[nodiscard]] static std::int32_t folded_offset(const ir::Block& block, ir::Value root);
    /// What a sum of 64 bits is at a constant distance from, behind all sums on the way.
    struct Origin {
        ir::Value root = 0;
        std::int32_t offset = 0; ///< Of no more than 30 bits.
    };
    [[nodiscard]] Origin origin(const ir::Block& block, ir::Value sum) const;
    /// The float that a bit cast really takes, where the integers between them are bypassed: for a result of F64 the F32 that
    /// fills its low half, with ones in the high one; for a result of F32 the F64 whose low half that is when its high half is
    /// ones, else it is narrow_default(). kNoValue for everything else.
    [[nodiscard]] ir::Value bypass(ir::Value value) const { return (values_[value].traits & kBypasses) != 0 ? bypass_[value] : ir::kNoValue; }
    [[nodiscard]] std::uint32_t narrow_default(const ir::Block& block, ir::Value value) const;
    /// The PutSlots that set all condition flags, the first of which is at \p at; null: they do not. Where their source is known the first
    /// one uses the operands, and the others emit nothing.
    [[nodiscard]] const FlagGroup* flag_group(ir::Value at) const;
    /// The same for any of the PutSlots in such a group.
    [[nodiscard]] const FlagGroup* flag_group_around(ir::Value at) const;
    /// How many low bits of a root in a vector register may be other than 0: 32, 64 or 128. Those of a sum or product, in whichever operand
    /// has least of them, rest on backends that keep what is above that one.
    [[nodiscard]] unsigned significant_bits(ir::Value root) const { return values_[root].significant; }
    /// Emits nothing: a view, or a value without a use.
    [[nodiscard]] bool skipped(ir::Value value) const { return (values_[value].traits & kSkipped) != 0; }

private:
    // Traits of a value.
    static constexpr std::uint16_t kSkipped = 1, kFolded = 2, kBypasses = 4;
    static constexpr std::uint16_t kIsAddress = 8;    ///< Some use is the address of a load or store,
    static constexpr std::uint16_t kIsNoAddress = 16; ///< and some is something else.
    struct Entry {
        ir::Value root = 0;
        std::uint32_t last = 0;
        std::uint32_t count = 0;
        std::uint16_t traits = 0;
        std::uint8_t significant = 128;
    };
    void find_view(const ir::Block& block, ir::Value at, const ir::Operation& operation);
    [[nodiscard]] std::uint8_t bits_in_vector(const ir::Block& block, const ir::Operation& operation) const;
    void find_folded(const ir::Block& block);
    void find_uses(const ir::Block& block, const ConditionFlags& flags);
    [[nodiscard]] bool is_flag_group(const ir::Block& block, const ConditionFlags& flags, ir::Value put);
    [[nodiscard]] bool find_flag_group(const ir::Block& block, const ConditionFlags& flags, ir::Value last);
    /// Of the uses the last one comes first.
    void note_use(ir::Value root, ir::Value at) {
        auto& used = values_[root];
        if (used.count++ == 0)
            used.last = at;
    }
    [[nodiscard]] const ir::Operation& at_root(const ir::Block& block, ir::Value value) const { return block.operations[root(value)]; }
    [[nodiscard]] ir::Value low_half_of(const ir::Block& block, const ir::Operation& operation) const;
    [[nodiscard]] ir::Value find_bypass(const ir::Block& block, const ir::Operation& operation) const;

    std::vector<Entry> values_; ///< At least one for each operation.
    std::vector<ir::Value> bypass_; ///< Valid where a value has that trait.
    std::vector<FlagGroup> flag_groups_;
    std::vector<ir::Value> addresses_; ///< Roots that are used as one.
};

} // namespace medley::accel::jit
