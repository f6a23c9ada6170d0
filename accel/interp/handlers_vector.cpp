// Operations on lanes, and helpers with vectors.
#include "accel/interp/access.h"
#include "accel/interp/handlers.h"

#include <type_traits>

namespace medley::accel::interp {
namespace {

template <class Result>
const Op* vector_operation(const Op* op, Machine& machine, std::int64_t left) {
    const auto& pointers = data_of(op).pointers;
    const auto& immediates = data_of(op + 1).immediates;
    const auto bytes = [&pointers](unsigned i) { return static_cast<const std::byte*>(pointers[i]); };
    const auto result = op->vector({bytes(0), bytes(1), bytes(2), immediates[0], immediates[1], machine.float_flags});
    if constexpr (sizeof(Result) == sizeof(Wide))
        write(op->d, result);
    else
        write(op->d, static_cast<Result>(result.low));
    MEDLEY_NEXT(op + 3, machine, left);
}

template <class Result>
[[gnu::noinline]] bool call_vector_out(const Op* op, Machine& machine) {
    machine.current = op;
    const auto footing = machine.footing();
    std::array<Vector128, 4> arguments;
    for (unsigned i = 0; i < arguments.size(); ++i)
        arguments[i] = read<Vector128>(data_of(op).pointers[i]);
    auto& context = machine.helper_context;
    context.faulted = false;
    Vector128 result;
    op->vector_helper(context, arguments.data(), result);
    machine.current = nullptr;
    machine.after_call();
    if (context.faulted)
        return false;
    if constexpr (std::is_same_v<Result, Vector128>)
        write(op->d, result);
    else if constexpr (!std::is_void_v<Result>)
        write(op->d, static_cast<Result>(result.low));
    machine.leave_when_lost(op, footing);
    return true;
}

template <class Result>
const Op* call_vector(const Op* op, Machine& machine, std::int64_t left) {
    machine.left = left;
    if (!call_vector_out<Result>(op, machine))
        return machine.leave_with_fault(op, machine.helper_context.fault);
    MEDLEY_NEXT(op + 2, machine, machine.left);
}

} // namespace

Handler vector_handler(unsigned size) {
    switch (size) {
    case 1: return &vector_operation<std::uint8_t>;
    case 2: return &vector_operation<std::uint16_t>;
    case 4: return &vector_operation<std::uint32_t>;
    case 8: return &vector_operation<std::uint64_t>;
    default: return &vector_operation<Wide>;
    }
}

Handler call_vector_handler(unsigned size) {
    switch (size) {
    case 0: return &call_vector<void>;
    case 1: return &call_vector<std::uint8_t>;
    case 2: return &call_vector<std::uint16_t>;
    case 4: return &call_vector<std::uint32_t>;
    case 8: return &call_vector<std::uint64_t>;
    default: return &call_vector<Vector128>;
    }
}

} // namespace medley::accel::interp
