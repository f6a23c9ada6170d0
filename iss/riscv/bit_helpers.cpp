#include "iss/riscv/helpers.h"
#include "medley/base/bits.h"

namespace medley::iss::riscv {

namespace {

/// Each element of `indices` is replaced by the element of `table` that it names, or by 0 where there is none.
std::uint64_t crossbar(std::uint64_t table, std::uint64_t indices, unsigned element_bits) {
    const unsigned elements = 64 / element_bits;
    std::uint64_t result = 0;
    for (unsigned i = 0; i < elements; ++i) {
        const auto index = bits(indices, i * element_bits, element_bits);
        if (index < elements)
            result |= bits(table, static_cast<unsigned>(index) * element_bits, element_bits) << (i * element_bits);
    }
    return result;
}

} // namespace

// XPERM4 rd, rs1, rs2
std::uint64_t helper_xperm4(HelperContext&, std::uint64_t table, std::uint64_t indices, std::uint64_t, std::uint64_t) {
    return crossbar(table, indices, 4);
}

// XPERM8 rd, rs1, rs2
std::uint64_t helper_xperm8(HelperContext&, std::uint64_t table, std::uint64_t indices, std::uint64_t, std::uint64_t) {
    return crossbar(table, indices, 8);
}

} // namespace medley::iss::riscv
