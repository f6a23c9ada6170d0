#include "iss/aarch64/helpers.h"

#include <string_view>

namespace medley::iss::aarch64 {

namespace {

// The vocabulary of the rows.
constexpr auto None = ir::Type::None;
constexpr auto B = ir::Type::I1;
constexpr auto W = ir::Type::I32;
constexpr auto L = ir::Type::I64;
[[maybe_unused]] constexpr auto H = ir::Type::F16;
[[maybe_unused]] constexpr auto S = ir::Type::F32;
[[maybe_unused]] constexpr auto D = ir::Type::F64;
[[maybe_unused]] constexpr auto V = ir::Type::V128;
static_assert(B != None);

struct Types {
    std::array<ir::Type, 4> list{};
    template <class... Each>
    constexpr Types(Each... each) : list{each...} {}
};

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

Helper make_helper(std::string_view name, HelperFunction function, VectorHelperFunction vector_function, ir::Type result,
                   const Types& arguments, std::string_view effects) {
    Helper made;
    made.name = name;
    made.function = function;
    made.vector_function = vector_function;
    made.result = result;
    made.arguments = arguments.list;
    made.effects = effects_of(effects);
    return made;
}

} // namespace

std::vector<Helper> make_helpers() {
    std::vector<Helper> table;
#define HELPER(name, result, arguments, effects)                                                                       \
    table.push_back(make_helper(#name, helper_##name, nullptr, result, Types arguments, effects));
#define VECTOR_HELPER(name, result, arguments, effects)                                                                \
    table.push_back(make_helper(#name, nullptr, helper_##name, result, Types arguments, effects));
#include "iss/aarch64/helpers.def"
    return table;
}

} // namespace medley::iss::aarch64
