/// \file
/// Lifts code from an array of bytes, without a core.
#pragma once

#include "iss/riscv/helpers.h"
#include "iss/riscv/lift.h"
#include "iss/riscv/slots.h"
#include "tests/support/lift_bench.h"
#include "tests/support/random_seed.h"

#include <string>
#include <utility>
#include <vector>

namespace medley::iss::riscv::test {

using iss::test::ByteReader;
using medley::test::random_seed;

class Harness : public iss::test::LiftBench {
public:
    explicit Harness(const std::string& isa_text) : Harness(Isa::parse(isa_text)) {}

    const Isa& isa() const { return isa_; }
    const DecodeTables& tables() const { return tables_; }

    /// One block from `words`, each 2 or 4 bytes by its own length.
    const ir::Block& lift(const std::vector<std::uint32_t>& words, Address start = kStart) {
        std::vector<std::uint8_t> bytes;
        for (const auto word : words)
            for (unsigned i = 0; i < instruction_length(word); ++i)
                bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
        ByteReader reader(start, std::move(bytes));
        return lift(reader, start);
    }
    const ir::Block& lift(CodeReader& reader, Address start) {
        return lift_block(start, [&](ir::Builder& builder) {
            return riscv::lift(isa_, tables_, mode, start, limits, reader, builder);
        });
    }

    LiftMode mode;
    static constexpr Address kStart = 0x8000'0000;

private:
    explicit Harness(Isa isa) : LiftBench(make_helpers(isa), ir::Type::None), isa_(std::move(isa)), tables_(isa_) {
        add_common_slots(layout_, isa_);
    }

    Isa isa_;
    DecodeTables tables_;
};

} // namespace medley::iss::riscv::test
