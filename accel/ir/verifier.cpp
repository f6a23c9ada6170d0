#include "medley/ir/verifier.h"

#include <fmt/format.h>

namespace medley::ir {

namespace {

using Complaint = std::optional<std::string>;

bool fits(char letter, Type type) {
    switch (letter) {
    case 'i': return is_integer(type);
    case 'I': return type == Type::I32 || type == Type::I64;
    case 'a': return type == Type::I32 || type == Type::I64;
    case 'b': return type == Type::I1;
    case 'f': return is_float(type);
    case 'v': return type == Type::V128;
    case '*': return type != Type::None;
    default: return false;
    }
}

/// Checks the operations of one block in order.
class Verifier {
public:
    Verifier(const Block& block, const Context& context) : block_(block), context_(context) {}

    Complaint run() {
        const auto& operations = block_.operations;
        if (operations.empty())
            return "the block is empty";
        if (operations.front().opcode != Opcode::Instruction)
            return "the first operation is not an Instruction marker";
        for (Value value = 0; value < operations.size(); ++value)
            if (auto complaint = check(value))
                return fmt::format("%{} {}: {}", value, info(operations[value].opcode).name, *complaint);
        if (instructions_ != block_.instruction_count)
            return fmt::format("{} markers, but instruction_count is {}", instructions_, block_.instruction_count);
        return std::nullopt;
    }

private:
    Complaint check(Value value) {
        const auto& operation = block_.operations[value];
        const bool last = value + 1 == block_.operations.size();
        const bool ends = (info(operation.opcode).effects & Ends) != 0;
        if (last != ends)
            return ends ? "a terminal before the end" : "the last operation is not a terminal";
        if (auto complaint = check_arguments(value, operation))
            return complaint;
        if (auto complaint = check_result(operation))
            return complaint;
        return check_specifics(operation);
    }

    Complaint check_arguments(Value value, const Operation& operation) {
        for (unsigned i = 0; i < operation.argument_count; ++i) {
            const auto argument = operation.arguments[i];
            if (argument >= value)
                return fmt::format("argument {} is %{}, which is not defined before", i, argument);
            const auto& definition = block_.operations[argument];
            if (definition.type == Type::None || info(definition.opcode).result == ResultKind::None)
                return fmt::format("argument {} is %{}, which has no result", i, argument);
        }
        return operation.opcode == Opcode::CallHelper ? std::nullopt : check_letters(operation);
    }

    Complaint check_letters(const Operation& operation) {
        unsigned count = 0;
        const auto letters = info(operation.opcode).arguments;
        for (std::size_t i = 0; i < letters.size(); ++i) {
            const bool optional = i + 1 < letters.size() && letters[i + 1] == '?';
            if (count == operation.argument_count) {
                if (!optional)
                    return fmt::format("takes more than {} arguments", count);
                return std::nullopt;
            }
            if (!fits(letters[i], type_of(operation, count)))
                return fmt::format("argument {} has a wrong type", count);
            ++count;
            i += optional ? 1 : 0;
        }
        return count == operation.argument_count ? Complaint{} : fmt::format("takes only {} arguments", count);
    }

    Complaint check_result(const Operation& operation) {
        switch (info(operation.opcode).result) {
        case ResultKind::SameAs0: return expect_type(operation, type_of(operation, 0));
        case ResultKind::SameAs1: return expect_type(operation, type_of(operation, 1));
        case ResultKind::I1: return expect_type(operation, Type::I1);
        case ResultKind::Declared:
            if (operation.type == Type::None && operation.opcode != Opcode::CallHelper)
                return "has no result type";
            return std::nullopt;
        case ResultKind::None: return std::nullopt;
        }
        return std::nullopt;
    }

    Complaint check_specifics(const Operation& operation) {
        switch (operation.opcode) {
        case Opcode::Instruction: ++instructions_; return std::nullopt;
        case Opcode::GetSlot: return check_slot(operation, operation.type);
        case Opcode::PutSlot: return check_slot(operation, type_of(operation, 0));
        case Opcode::CallHelper: return check_helper(operation);
        case Opcode::SignExtend:
        case Opcode::ZeroExtend: return check_extension(operation);
        case Opcode::Truncate:
            return bits_of(operation.type) < bits_of(type_of(operation, 0)) && is_integer(operation.type) ? Complaint{}
                                                                                                 : "does not narrow an integer";
        case Opcode::FToS:
        case Opcode::FToU: return is_integer(operation.type) && operation.type != Type::I1 ? Complaint{} : "the result is not an integer";
        case Opcode::SToF:
        case Opcode::UToF:
        case Opcode::FConvert: return is_float(operation.type) ? Complaint{} : "the result is not a float";
        default: return check_same_types(operation);
        }
    }

    /// Binary operations work on one type; shifts and vector insertions take any second operand of their letter.
    Complaint check_same_types(const Operation& operation) {
        const auto& row = info(operation.opcode);
        if ((row.effects & (ReadsMem | WritesMem)) != 0)
            return check_memory(operation);
        if (operation.opcode >= Opcode::VExtract && operation.opcode <= Opcode::VFNarrow)
            return check_vector(operation);
        const unsigned first = operation.opcode == Opcode::Select ? 1 : 0;
        for (unsigned i = first + 1; i < operation.argument_count; ++i)
            if (type_of(operation, i) != type_of(operation, first))
                return fmt::format("argument {} differs in type from argument {}", i, first);
        return std::nullopt;
    }

    Complaint check_vector(const Operation& operation) {
        const auto op = VectorOp::decode(operation.imm);
        switch (operation.opcode) {
        case Opcode::VSplat: return operation.type == Type::V128 ? Complaint{} : "the result is not a V128";
        case Opcode::VExtract:
            if (is_float(operation.type) ? size_of(operation.type) != 1U << op.lane_log2
                                         : operation.type == Type::V128 || operation.type == Type::I1 || size_of(operation.type) < 1U << op.lane_log2)
                return "the result does not hold a lane";
            [[fallthrough]];
        case Opcode::VInsert: return op.amount < op.lanes() ? Complaint{} : "there is no such lane";
        case Opcode::VWidenLowS: case Opcode::VWidenLowU: case Opcode::VWidenHighS: case Opcode::VWidenHighU:
            return op.lane_log2 < 3 ? Complaint{} : "lanes of 8 bytes cannot be wider";
        case Opcode::VNarrow: return op.lane_log2 > 0 ? Complaint{} : "bytes cannot be narrower";
        case Opcode::VFWiden: return op.lane_log2 == 1 || op.lane_log2 == 2 ? Complaint{} : "there is no wider format";
        case Opcode::VFNarrow: return op.lane_log2 >= 2 ? Complaint{} : "there is no narrower format";
        default:
            return (info(operation.opcode).effects & SetsFlags) == 0 || op.lane_log2 > 0 ? Complaint{} : "bytes are not floats";
        }
    }

    Complaint check_memory(const Operation& operation) {
        const auto mem = MemOp::decode(operation.imm);
        if (mem.size_log2 > 4)
            return "the access size is above 16 bytes";
        if (operation.opcode == Opcode::ClearExclusive)
            return std::nullopt;
        if (operation.opcode == Opcode::StoreExclusive)
            return holds_access(mem, type_of(operation, 1));
        if (operation.opcode == Opcode::CompareExchange &&
            (type_of(operation, 1) != operation.type || type_of(operation, 2) != operation.type))
            return "the operands differ in type from the result";
        return holds_access(mem, operation.type);
    }

    static Complaint holds_access(const MemOp& mem, Type type) {
        if (type == Type::None || type == Type::I1)
            return "the value is not something that memory holds";
        return mem.size() <= size_of(type) ? Complaint{} : "the access is wider than the value";
    }

    Complaint check_slot(const Operation& operation, Type type) {
        const auto slot_type = operation.imm > 0xffff ? Type::None : context_.slot_type(static_cast<SlotId>(operation.imm));
        if (slot_type == Type::None)
            return fmt::format("there is no slot {}", operation.imm);
        return slot_type == type ? Complaint{} : "the type is not the slot's";
    }

    Complaint check_extension(const Operation& operation) {
        const auto from = operation.imm;
        if (from != 1 && from != 8 && from != 16 && from != 32)
            return fmt::format("extends from {} bits", from);
        if (operation.type != Type::I32 && operation.type != Type::I64)
            return "the result is not I32 or I64";
        if (type_of(operation, 0) == Type::I1 && from != 1)
            return "extends an I1 from more than one bit";
        return from <= bits_of(operation.type) ? Complaint{} : "the result is narrower than the part that is extended";
    }

    Complaint check_helper(const Operation& operation) {
        const auto helper = operation.imm > 0xffff ? std::nullopt : context_.helper(static_cast<HelperId>(operation.imm));
        if (!helper)
            return fmt::format("there is no helper {}", operation.imm);
        if (helper->result != operation.type)
            return "the result type is not the helper's";
        if (helper->arguments.size() != operation.argument_count)
            return fmt::format("{} takes {} arguments", helper->name, helper->arguments.size());
        for (unsigned i = 0; i < operation.argument_count; ++i)
            if (type_of(operation, i) != helper->arguments[i])
                return fmt::format("argument {} of {} has a wrong type", i, helper->name);
        return std::nullopt;
    }

    Complaint expect_type(const Operation& operation, Type type) const {
        return operation.type == type ? Complaint{} : "the result type does not follow from the arguments";
    }
    Type type_of(const Operation& operation, unsigned index) const { return block_.type_of(operation.arguments[index]); }

    const Block& block_;
    const Context& context_;
    std::uint32_t instructions_ = 0;
};

} // namespace

std::optional<std::string> verify(const Block& block, const Context& context) { return Verifier(block, context).run(); }

} // namespace medley::ir
