/// \file
/// For tests of targets that lift code from an array, without a core.
#pragma once

#include "medley/cpu/target.h"
#include "medley/ir/verifier.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley::iss::test {

/// Code at one address; nothing else can be fetched.
class ByteReader final : public CodeReader {
public:
    ByteReader(Address base, std::vector<std::uint8_t> bytes) : base_(base), bytes_(std::move(bytes)) {}

    std::optional<std::uint64_t> fetch(Address address, unsigned size) override {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) {
            const auto offset = address + i - base_;
            if (offset >= bytes_.size()) {
                fault_.kind = FaultKind::Bus;
                fault_.access = Access::Fetch;
                fault_.address = address;
                return std::nullopt;
            }
            value |= std::uint64_t{bytes_[offset]} << (8 * i);
        }
        return value;
    }
    const Fault& fault() const override { return fault_; }

private:
    Address base_;
    std::vector<std::uint8_t> bytes_;
    Fault fault_{};
};

/// Little-endian.
inline std::vector<std::uint8_t> bytes_of(const std::vector<std::uint32_t>& words) {
    std::vector<std::uint8_t> bytes;
    for (const auto word : words)
        for (unsigned i = 0; i < 4; ++i)
            bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
    return bytes;
}

/// What surrounds one lifted block: the names and types that it is verified and printed with.
class LiftBench {
public:
    const ir::Context& context() const { return context_; }
    std::string text() const { return ir::print(block_, context_); }

    /// Operations of an opcode in the last block.
    unsigned count(ir::Opcode opcode) const {
        unsigned found = 0;
        for (const auto& operation : block_.operations)
            found += operation.opcode == opcode ? 1 : 0;
        return found;
    }

    LiftLimits limits{.max_instructions = 64, .end = ~Address{0}, .stop_before = {}};
    LiftResult result;
    std::optional<std::string> complaint;   ///< The verifier's.

protected:
    /// \p unnamed is the type of slots that are not in the layout; None where there must not be any.
    LiftBench(std::vector<Helper> helpers, ir::Type unnamed) : helpers_(std::move(helpers)) {
        context_.slot_type = [this, unnamed](ir::SlotId id) { return is_named(id) ? layout_[id].type : unnamed; };
        context_.slot_name = [this](ir::SlotId id) { return is_named(id) ? layout_[id].name : "slot" + std::to_string(id); };
        context_.helper = [this](ir::HelperId id) -> std::optional<ir::Context::Signature> {
            if (id >= helpers_.size())
                return std::nullopt;
            const auto& found = helpers_[id];
            return ir::Context::Signature{
                found.name, found.result, {found.arguments.begin(), found.arguments.begin() + found.argument_count()}};
        };
    }
    // The context's functions point here.
    LiftBench(const LiftBench&) = delete;
    LiftBench& operator=(const LiftBench&) = delete;
    ~LiftBench() = default;

    /// One block by \p lift, a function of a builder; the IR has been verified.
    template <class Lift>
    const ir::Block& lift_block(Address start, const Lift& lift) {
        block_.clear();
        block_.start = start;
        ir::Builder builder(block_);
        result = lift(builder);
        complaint = result.fault ? std::nullopt : ir::verify(block_, context_);
        return block_;
    }

    StateLayout layout_;

private:
    bool is_named(ir::SlotId id) const { return id < layout_.slots().size(); }

    std::vector<Helper> helpers_;
    ir::Context context_;
    ir::Block block_;
};

} // namespace medley::iss::test
