/// \file
/// Lifts code from an array of words, without a core.
#pragma once

#include "iss/aarch64/helpers.h"
#include "iss/aarch64/lift.h"
#include "iss/aarch64/slots.h"
#include "iss/aarch64/state.h"
#include "medley/ir/verifier.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace medley::iss::aarch64::test {

inline std::uint64_t seed() {
    const char* text = std::getenv("MEDLEY_SEED");
    const auto value = text != nullptr ? std::strtoull(text, nullptr, 0) : std::random_device{}();
    std::cout << "MEDLEY_SEED=" << value << '\n';
    return value;
}

/// Code at one address; nothing else can be fetched.
class WordReader : public CodeReader {
public:
    WordReader(Address base, std::vector<std::uint32_t> words) : base_(base), words_(std::move(words)) {}

    std::optional<std::uint64_t> fetch(Address address, unsigned) override {
        const auto index = (address - base_) / 4;
        if (index < words_.size())
            return words_[index];
        fault_.kind = FaultKind::Bus;
        fault_.access = Access::Fetch;
        fault_.address = address;
        return std::nullopt;
    }
    const Fault& fault() const override { return fault_; }

private:
    Address base_;
    std::vector<std::uint32_t> words_;
    Fault fault_{};
};

inline Config config_of(const std::string& model, std::map<std::string, std::string> parameters = {}) {
    return Config::parse({model, std::move(parameters), 0});
}

class Harness {
public:
    explicit Harness(const std::string& model = "max")
        : config_(config_of(model)), tables_(config_.features), helpers_(make_helpers()) {
        add_common_slots(layout_);
        context_.slot_type = [this](ir::SlotId id) {
            // System registers' slots are the system's own; plans name those of 64 bits.
            return id < layout_.slots().size() ? layout_[id].type : ir::Type::I64;
        };
        context_.slot_name = [this](ir::SlotId id) {
            return id < layout_.slots().size() ? layout_[id].name : "system" + std::to_string(id);
        };
        context_.helper = [this](ir::HelperId id) -> std::optional<ir::Context::Signature> {
            if (id >= helpers_.size())
                return std::nullopt;
            const auto& found = helpers_[id];
            return ir::Context::Signature{
                found.name, found.result, {found.arguments.begin(), found.arguments.begin() + found.argument_count()}};
        };
    }

    const Config& config() const { return config_; }
    const DecodeTables& tables() const { return tables_; }
    LiftMode mode;
    LiftLimits limits{.max_instructions = 64, .end = ~Address{0}, .stop_before = {}};

    /// One block; the IR has been verified.
    const ir::Block& lift(const std::vector<std::uint32_t>& words, Address start = kStart) {
        WordReader reader(start, words);
        block_.clear();
        block_.start = start;
        ir::Builder builder(block_);
        result = aarch64::lift(config_, tables_, mode, start, limits, reader, builder);
        complaint = result.fault ? std::nullopt : ir::verify(block_, context_);
        return block_;
    }
    std::string text() const { return ir::print(block_, context_); }

    /// Operations of an opcode in the last block.
    unsigned count(ir::Opcode opcode) const {
        unsigned found = 0;
        for (const auto& operation : block_.operations)
            found += operation.opcode == opcode ? 1 : 0;
        return found;
    }

    LiftResult result;
    std::optional<std::string> complaint;
    static constexpr Address kStart = 0x4000'0000;

private:
    Config config_;
    DecodeTables tables_;
    std::vector<Helper> helpers_;
    StateLayout layout_;
    ir::Context context_;
    ir::Block block_;
};

} // namespace medley::iss::aarch64::test
