#include "iss/riscv/lift.h"

#include "iss/riscv/lifting.h"

#include <algorithm>

namespace medley::iss::riscv {

namespace {

struct Fetched {
    std::uint32_t encoding = 0;
    unsigned length = 0;
};

/// Fetches parcel by parcel where the second one may be on another page: each has its own rights and its own fault
/// address (Privileged 1.13, 3.1.16).
std::optional<Fetched> fetch(CodeReader& code, Address pc, Address address_mask) {
    if ((pc & (kPageSize - 1)) <= kPageSize - 4)
        if (const auto word = code.fetch(pc, 4)) {
            const auto length = instruction_length(*word);
            return Fetched{static_cast<std::uint32_t>(bits(*word, 0, length * 8)), length};
        }
    const auto low = code.fetch(pc, 2);
    if (!low)
        return std::nullopt;
    if (instruction_length(*low) == 2)
        return Fetched{static_cast<std::uint32_t>(*low), 2};
    const auto high = code.fetch((pc + 2) & address_mask, 2);
    if (!high)
        return std::nullopt;
    return Fetched{static_cast<std::uint32_t>(*low | *high << 16), 4};
}

void lift_one(Lifting& lifting, const DecodeTables& tables, Address pc, const Fetched& fetched) {
    auto& b = lifting.b;
    b.instruction(pc, fetched.length);
    lifting.begin(pc, fetched.length, fetched.encoding);
    if (lifting.mode().execute_triggers)
        b.call(helper::execute_trigger, Type::None, {lifting.constant(pc)});
    const Row* row = fetched.length == 2 ? tables.find16(static_cast<std::uint16_t>(fetched.encoding))
                                         : tables.find32(fetched.encoding);
    if (row == nullptr)
        lifting.illegal();
    else
        row->lifter(lifting, row->operands(fetched.encoding));
}

} // namespace

LiftResult lift(const Isa& isa, const DecodeTables& tables, const LiftMode& mode, Address start,
                const LiftLimits& limits, CodeReader& code, ir::Builder& builder) {
    Lifting lifting(isa, mode, builder);
    Address pc = start;
    for (std::uint32_t count = 0; !builder.ended(); ++count) {
        // An end of 0 is the end of the address space.
        const bool at_limit = count >= limits.max_instructions || pc - 1 >= limits.end - 1 || pc < start ||
                              std::ranges::find(limits.stop_before, pc) != limits.stop_before.end();
        if (count != 0 && at_limit) {
            builder.go_to(pc);
            break;
        }
        const auto fetched = fetch(code, pc, low_mask(isa.xlen()));
        if (!fetched && count == 0)
            return {code.fault()};
        if (!fetched) {
            builder.go_to(pc);
            break;
        }
        lift_one(lifting, tables, pc, *fetched);
        pc = lifting.next_pc();
    }
    return {};
}

} // namespace medley::iss::riscv
