#include "medley/ir/block.h"

#include <iterator>

namespace medley::ir {

namespace {

// The short names of opcodes.def.
constexpr ResultKind None = ResultKind::None;
constexpr ResultKind SameAs0 = ResultKind::SameAs0;
constexpr ResultKind SameAs1 = ResultKind::SameAs1;
constexpr ResultKind I1 = ResultKind::I1;
constexpr ResultKind Declared = ResultKind::Declared;

constexpr OpcodeInfo kInfo[] = {
#define IR_OP(name, result, arguments, effects, meaning)                                                               \
    {#name, result, arguments, static_cast<std::uint16_t>(effects), meaning},
#include "medley/ir/opcodes.def"
};
static_assert(std::size(kInfo) == kOpcodeCount);

} // namespace

const OpcodeInfo& info(Opcode opcode) { return kInfo[static_cast<unsigned>(opcode)]; }

} // namespace medley::ir
