/// \file
/// Lifts code from an array of bytes, without a core.
#pragma once

#include "iss/riscv/helpers.h"
#include "iss/riscv/lift.h"
#include "iss/riscv/slots.h"
#include "medley/ir/verifier.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace medley::iss::riscv::test {

inline std::uint64_t seed() {
    const char* text = std::getenv("MEDLEY_SEED");
    const auto value = text != nullptr ? std::strtoull(text, nullptr, 0) : std::random_device{}();
    std::cout << "MEDLEY_SEED=" << value << '\n';
    return value;
}

/// Code at one address; nothing else can be fetched.
class ByteReader : public CodeReader {
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

class Harness {
public:
    explicit Harness(const std::string& isa_text)
        : isa_(Isa::parse(isa_text)), tables_(isa_), helpers_(make_helpers(isa_)) {
        add_common_slots(layout_, isa_);
        context_.slot_type = [this](ir::SlotId id) {
            return id < layout_.slots().size() ? layout_[id].type : ir::Type::None;
        };
        context_.slot_name = [this](ir::SlotId id) { return layout_[id].name; };
        context_.helper = [this](ir::HelperId id) -> std::optional<ir::Context::Signature> {
            if (id >= helpers_.size())
                return std::nullopt;
            const auto& found = helpers_[id];
            return ir::Context::Signature{
                found.name, found.result, {found.arguments.begin(), found.arguments.begin() + found.argument_count()}};
        };
    }

    const Isa& isa() const { return isa_; }
    const DecodeTables& tables() const { return tables_; }
    const ir::Context& context() const { return context_; }
    LiftMode mode;
    LiftLimits limits{.max_instructions = 64, .end = ~Address{0}, .stop_before = {}};

    /// One block from `words`, each 2 or 4 bytes by its own length; the IR has been verified.
    const ir::Block& lift(const std::vector<std::uint32_t>& words, Address start = kStart) {
        std::vector<std::uint8_t> bytes;
        for (const auto word : words)
            for (unsigned i = 0; i < instruction_length(word); ++i)
                bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
        ByteReader reader(start, std::move(bytes));
        return lift(reader, start);
    }
    const ir::Block& lift(CodeReader& reader, Address start) {
        block_.clear();
        block_.start = start;
        ir::Builder builder(block_);
        result = riscv::lift(isa_, tables_, mode, start, limits, reader, builder);
        complaint = result.fault ? std::nullopt : ir::verify(block_, context_);
        return block_;
    }
    std::string text() const { return ir::print(block_, context_); }

    LiftResult result;
    std::optional<std::string> complaint;
    static constexpr Address kStart = 0x8000'0000;

private:
    Isa isa_;
    DecodeTables tables_;
    std::vector<Helper> helpers_;
    StateLayout layout_;
    ir::Context context_;
    ir::Block block_;
};

} // namespace medley::iss::riscv::test
