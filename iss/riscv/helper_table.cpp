#include "iss/riscv/helpers.h"
#include "iss/riscv/slots.h"

#include <initializer_list>
#include <string_view>

namespace medley::iss::riscv {

namespace {

enum class Kind : std::uint8_t { None, X, W, L };
using enum Kind;

struct Kinds {
    std::vector<Kind> list;
    template <class... Each>
    Kinds(Each... each) : list{each...} {}
};

ir::Type type_of(Kind kind, const Isa& isa) {
    switch (kind) {
    case X: return xlen_type(isa);
    case W: return ir::Type::I32;
    case L: return ir::Type::I64;
    case None: break;
    }
    return ir::Type::None;
}

std::uint16_t effects_of(std::string_view letters) {
    std::uint16_t effects = helper_effect::kPure;
    for (const char letter : letters) {
        switch (letter) {
        case 'R': effects |= helper_effect::kReadsState; break;
        case 'W': effects |= helper_effect::kWritesState; break;
        case 'F': effects |= helper_effect::kMayFault; break;
        case 'M': effects |= helper_effect::kMemory; break;
        case 'N': effects |= helper_effect::kNeedsCount; break;
        default: break;
        }
    }
    return effects;
}

Helper make_helper(std::string_view name, HelperFunction function, Kind result, const Kinds& arguments,
                   std::string_view effects, const Isa& isa) {
    Helper made;
    made.name = name;
    made.function = function;
    made.result = type_of(result, isa);
    for (std::size_t i = 0; i < arguments.list.size(); ++i)
        made.arguments[i] = type_of(arguments.list[i], isa);
    made.effects = effects_of(effects);
    return made;
}

} // namespace

std::vector<Helper> make_helpers(const Isa& isa) {
    std::vector<Helper> table;
#define HELPER(name, result, arguments, effects)                                                                       \
    table.push_back(make_helper(#name, helper_##name, result, Kinds arguments, effects, isa));
#include "iss/riscv/helpers.def"
    return table;
}

} // namespace medley::iss::riscv
