#include "iss/aarch64/lift.h"

#include "iss/aarch64/lifting.h"

#include <algorithm>

namespace medley::iss::aarch64 {

namespace {

/// What comes before every instruction in unusual modes; whether the instruction itself is not to be lifted.
bool begin_in_mode(Lifting& lifting) {
    const auto& mode = lifting.mode();
    auto& b = lifting.b;
    if (mode.step_pending) {
        b.raise(syndrome::make(ec::kStepLower, syndrome::status::kDebug));
        return true;
    }
    if (mode.breakpoints)
        b.call(helper::execute_breakpoint, Type::None, {lifting.constant(lifting.pc())});
    if (mode.illegal_state) {
        b.raise(syndrome::kIllegalState);
        return true;
    }
    if (mode.single_step)
        b.call(helper::step_begin, Type::None, {});
    return false;
}

void lift_one(Lifting& lifting, const DecodeTables& tables, Address pc, std::uint32_t word) {
    lifting.b.instruction(pc, 4);
    lifting.begin(pc, word);
    if (begin_in_mode(lifting))
        return;
    if (const Row* row = tables.find(word))
        row->lifter(lifting, row->operands(word));
    else
        lifting.undefined();
}

/// A fetch that cannot be: the fault.
std::optional<Fault> refuse(const LiftMode& mode, Address start) {
    // The step exception comes before everything that the fetch may meet (Arm ARM, "Software Step exceptions").
    if (const auto canonical = canonical_pc(mode, start); canonical != start)
        return Fault{FaultKind::Instruction, Access::Fetch, kTaggedPc, start, canonical};
    if (start % 4 != 0)
        return Fault{FaultKind::Instruction, Access::Fetch, syndrome::kPcAlignment, start, start};
    return std::nullopt;
}

} // namespace

Address canonical_pc(const LiftMode& mode, Address target) {
    const bool high = mode.two_ranges && bit(target, 55);
    if (high)
        return mode.tbi_branch_high ? sign_extend(target, 56) : target;
    return mode.tbi_branch_low ? target & low_mask(56) : target;
}

LiftResult lift(const Config& config, const DecodeTables& tables, const LiftMode& mode, Address start,
                const LiftLimits& limits, CodeReader& code, ir::Builder& builder) {
    if (const auto fault = refuse(mode, start))
        return {fault};
    Lifting lifting(config, mode, builder);
    Address pc = start;
    for (std::uint32_t count = 0; !builder.ended(); ++count) {
        // An end of 0 is the end of the address space.
        const bool at_limit = count >= limits.max_instructions || pc - 1 >= limits.end - 1 || pc < start ||
                              std::ranges::find(limits.stop_before, pc) != limits.stop_before.end();
        if (count != 0 && (at_limit || !lifting.may_go_on())) {
            lifting.go_to(pc);
            break;
        }
        std::uint64_t word = 0;
        const bool fetched = code.read(pc, 4, word);
        if (!fetched && count == 0)
            return {code.fault()};
        if (!fetched) {
            lifting.go_to(pc);
            break;
        }
        lift_one(lifting, tables, pc, static_cast<std::uint32_t>(word));
        pc += 4;
    }
    return {};
}

} // namespace medley::iss::aarch64
