/// \file
/// Page tables in fake RAM, for any scheme.
#pragma once

#include "iss/riscv/page_walk.h"
#include "iss/riscv/tests/privileged/machine.h"

namespace medley::iss::riscv::test {

struct SchemeCase {
    const char* name;
    const char* model;
    std::uint64_t satp_mode; ///< As it stands in satp.
    unsigned levels;
};
inline constexpr SchemeCase kSchemes[] = {
    {"Sv32", "rv32", std::uint64_t{1} << 31, 2},
    {"Sv39", "rv64", std::uint64_t{8} << 60, 3},
    {"Sv48", "rv64", std::uint64_t{9} << 60, 4},
    {"Sv57", "rv64", std::uint64_t{10} << 60, 5},
};

inline constexpr std::uint64_t kUsual =
    pte::kValid | pte::kRead | pte::kWrite | pte::kExecute | pte::kAccessed | pte::kDirty;

/// A hart in supervisor mode whose satp names a root table in RAM; the tables are made as pages are mapped.
class PagedMachine : public Machine {
public:
    explicit PagedMachine(const SchemeCase& scheme, std::map<std::string, std::string> parameters = {})
        : Machine(scheme.model, std::move(parameters)), shape(Scheme::of(scheme.satp_mode, core.xlen())) {
        open_pmp();
        write("satp", scheme.satp_mode | root >> 12);
        write("menvcfg", 0);
        if (core.xlen() == 32)
            write("menvcfgh", 0);
        set_privilege(Privilege::Supervisor);
        host.flushes.clear();
    }

    [[nodiscard]] unsigned shift(unsigned level) const { return 12 + level * shape.index_bits; }
    /// Where the entry of \p address at \p level stands; makes the tables above it.
    Address entry_place(Address address, unsigned level) {
        auto table = root;
        for (unsigned at = shape.levels - 1;; --at) {
            const auto place = table + bits(address, shift(at), shape.index_bits) * shape.entry_bytes;
            if (at == level)
                return place;
            auto entry = host.ram.get(place, shape.entry_bytes);
            if (entry == 0) {
                entry = next_table >> 12 << pte::kPpnShift | pte::kValid;
                next_table += kPageSize;
                host.ram.put(place, entry, shape.entry_bytes);
            }
            table = bits(entry, pte::kPpnShift, 44) << 12;
        }
    }
    Address map(Address address, Address physical, std::uint64_t flags = kUsual, unsigned level = 0) {
        const auto place = entry_place(address, level);
        host.ram.put(place, physical >> 12 << pte::kPpnShift | flags, shape.entry_bytes);
        return place;
    }
    [[nodiscard]] std::uint64_t entry(Address place) { return host.ram.get(place, shape.entry_bytes); }

    Translation access(Address address, Access what) {
        const auto index = what == Access::Fetch ? core.fetch_mem_index() : core.data_regime().encode();
        return core.translate(address, 4, what, index);
    }
    /// The cause of the fault; 0 when there is none.
    std::uint32_t cause_of(Address address, Access what) {
        const auto result = access(address, what);
        if (!result.ok) {
            EXPECT_EQ(result.fault.address, address);
            EXPECT_EQ(result.fault.access, what);
        }
        return result.ok ? 0 : result.fault.code;
    }

    static constexpr Address root = kRam + 0x1'0000;
    Address next_table = root + kPageSize;
    Scheme shape;
};

inline std::uint32_t page_fault_of(Access what) {
    return what == Access::Read ? cause::kLoadPage : what == Access::Write ? cause::kStorePage : cause::kFetchPage;
}
inline constexpr Access kAccesses[] = {Access::Read, Access::Write, Access::Fetch};

class EveryScheme : public ::testing::TestWithParam<SchemeCase> {};
inline std::string scheme_name(const ::testing::TestParamInfo<SchemeCase>& info) {
    return info.param.name;
}

} // namespace medley::iss::riscv::test
