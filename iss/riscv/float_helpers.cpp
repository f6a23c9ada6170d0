#include "iss/riscv/float_class.h"
#include "iss/riscv/helpers.h"

namespace medley::iss::riscv {

// FCLASS.H rd, rs1
std::uint64_t helper_classify_half(HelperContext&, std::uint64_t value, std::uint64_t, std::uint64_t, std::uint64_t) {
    return classify(value, 5, 10);
}

// FCLASS.S rd, rs1
std::uint64_t helper_classify_single(HelperContext&, std::uint64_t value, std::uint64_t, std::uint64_t, std::uint64_t) {
    return classify(value, 8, 23);
}

// FCLASS.D rd, rs1
std::uint64_t helper_classify_double(HelperContext&, std::uint64_t value, std::uint64_t, std::uint64_t, std::uint64_t) {
    return classify(value, 11, 52);
}

} // namespace medley::iss::riscv
