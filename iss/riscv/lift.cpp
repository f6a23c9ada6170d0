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
/// address (Privileged 1.13, 3.1.16). False: it cannot be fetched.
bool fetch(CodeReader& code, Address pc, Address address_mask, Fetched& fetched) {
    std::uint64_t low = 0;
    if ((pc & (kPageSize - 1)) <= kPageSize - 4 && code.read(pc, 4, low)) {
        fetched.length = instruction_length(low);
        fetched.encoding = static_cast<std::uint32_t>(fetched.length == 2 ? low & 0xffff : low);
        return true;
    }
    if (!code.read(pc, 2, low))
        return false;
    fetched = {static_cast<std::uint32_t>(low), instruction_length(low)};
    if (fetched.length == 2)
        return true;
    std::uint64_t high = 0;
    if (!code.read((pc + 2) & address_mask, 2, high))
        return false;
    fetched.encoding = static_cast<std::uint32_t>(low | high << 16);
    return true;
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
        Fetched fetched;
        const bool there = fetch(code, pc, low_mask(isa.xlen()), fetched);
        if (!there && count == 0)
            return {code.fault()};
        if (!there) {
            builder.go_to(pc);
            break;
        }
        lift_one(lifting, tables, pc, fetched);
        pc = lifting.next_pc();
    }
    return {};
}

} // namespace medley::iss::riscv
