#include "medley/ir/verifier.h"

#include <fmt/format.h>

namespace medley::ir {

namespace {

std::string_view name(Type type) {
    switch (type) {
    case Type::None: return "none";
    case Type::I1: return "i1";
    case Type::I32: return "i32";
    case Type::I64: return "i64";
    case Type::F16: return "f16";
    case Type::F32: return "f32";
    case Type::F64: return "f64";
    case Type::V128: return "v128";
    }
    return "?";
}

std::string memory(std::uint64_t imm) {
    const auto mem = MemOp::decode(imm);
    return fmt::format("[{}{}{}{}{}{} mem{}]", mem.size() * 8, mem.sign ? "s" : "u", mem.big_endian ? " be" : "",
                       mem.acquire ? " acq" : "", mem.release ? " rel" : "", mem.require_alignment ? " aligned" : "",
                       mem.mem_index);
}

std::string floating(std::uint64_t imm) {
    static constexpr const char* kRounding[] = {"rne", "rtz", "rdn", "rup", "rna", "?", "?", "?"};
    const auto op = FloatOp::decode(imm);
    return fmt::format("[{}{}{}{}{}{}{}]", kRounding[imm & 7], op.env.nan == NanRule::Default ? "" : " nan-propagate",
                       op.env.tininess_before_rounding ? " tiny-before" : "", op.env.flush_inputs ? " fz-in" : "",
                       op.env.flush_outputs ? " fz-out" : "", op.signalling ? " signalling" : "", op.exact ? " exact" : "");
}

/// What an operation has besides its arguments.
std::string immediates(const Operation& operation, const Context& context) {
    static constexpr const char* kRmw[] = {"swap", "add", "and", "andnot", "or", "xor", "mins", "maxs", "minu", "maxu"};
    static constexpr const char* kStop[] = {"resync", "wfi", "yield"};
    switch (operation.opcode) {
    case Opcode::Instruction: return fmt::format(" {:#x} +{}", operation.imm, operation.imm2);
    case Opcode::GetSlot:
    case Opcode::PutSlot: return " " + context.slot_name(static_cast<SlotId>(operation.imm));
    case Opcode::Const:
        return operation.imm2 != 0 ? fmt::format(" {:#x}{:016x}", operation.imm2, operation.imm) : fmt::format(" {:#x}", operation.imm);
    case Opcode::CallHelper: {
        const auto helper = context.helper(static_cast<HelperId>(operation.imm));
        return " " + (helper ? helper->name : fmt::format("?{}", operation.imm));
    }
    case Opcode::AtomicRmw: return fmt::format(" {} {}", operation.imm2 < 10 ? kRmw[operation.imm2] : "?", memory(operation.imm));
    case Opcode::Goto: return fmt::format(" {:#x}", operation.imm);
    case Opcode::Branch: return fmt::format(" {:#x} else {:#x}", operation.imm, operation.imm2);
    case Opcode::Raise: return fmt::format(" code {}", operation.imm);
    case Opcode::Stop:
        return fmt::format(" {}{}", operation.imm2 < 3 ? kStop[operation.imm2] : "?",
                           operation.argument_count == 0 ? fmt::format(" {:#x}", operation.imm) : "");
    default: break;
    }
    const auto& row = info(operation.opcode);
    if ((row.effects & (ReadsMem | WritesMem)) != 0 && operation.opcode != Opcode::ClearExclusive)
        return " " + memory(operation.imm);
    if ((row.effects & SetsFlags) != 0)
        return " " + floating(operation.imm);
    return operation.imm != 0 ? fmt::format(" #{}", operation.imm) : "";
}

} // namespace

std::string print(const Block& block, const Context& context) {
    std::string text = fmt::format("block {:#x} +{} ({} instructions)\n", block.start, block.byte_length, block.instruction_count);
    for (Value value = 0; value < block.operations.size(); ++value) {
        const auto& operation = block.operations[value];
        const bool marker = operation.opcode == Opcode::Instruction;
        const bool has_result = operation.type != Type::None && info(operation.opcode).result != ResultKind::None;
        text += marker ? "  " : has_result ? fmt::format("    %{}:{} = ", value, name(operation.type)) : "    ";
        text += info(operation.opcode).name;
        text += immediates(operation, context);
        for (unsigned i = 0; i < operation.argument_count; ++i)
            text += fmt::format("{}%{}", i == 0 ? " " : ", ", operation.arguments[i]);
        text += '\n';
    }
    return text;
}

} // namespace medley::ir
