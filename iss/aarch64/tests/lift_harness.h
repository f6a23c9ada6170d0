/// \file
/// Lifts code from an array of words, without a core.
#pragma once

#include "iss/aarch64/helpers.h"
#include "iss/aarch64/lift.h"
#include "iss/aarch64/slots.h"
#include "iss/aarch64/state.h"
#include "tests/support/lift_bench.h"
#include "tests/support/random_seed.h"

#include <map>
#include <string>
#include <vector>

namespace medley::iss::aarch64::test {

using medley::test::random_seed;

inline Config config_of(const std::string& model, std::map<std::string, std::string> parameters = {}) {
    return Config::parse({model, std::move(parameters), 0});
}

class Harness : public iss::test::LiftBench {
public:
    // System registers' slots are the system's own; plans name those of 64 bits.
    explicit Harness(const std::string& model = "max")
        : LiftBench(make_helpers(), ir::Type::I64), config_(config_of(model)), tables_(config_.features) {
        add_common_slots(layout_);
    }

    const Config& config() const { return config_; }
    const DecodeTables& tables() const { return tables_; }

    const ir::Block& lift(const std::vector<std::uint32_t>& words, Address start = kStart) {
        iss::test::ByteReader reader(start, iss::test::bytes_of(words));
        return lift_block(start, [&](ir::Builder& builder) {
            return aarch64::lift(config_, tables_, mode, start, limits, reader, builder);
        });
    }

    LiftMode mode;
    static constexpr Address kStart = 0x4000'0000;

private:
    Config config_;
    DecodeTables tables_;
};

} // namespace medley::iss::aarch64::test
