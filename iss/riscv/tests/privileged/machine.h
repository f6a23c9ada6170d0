/// \file
/// A hart with fake surroundings, driven through its helpers as lifted code would drive it.
#pragma once

#include "iss/riscv/core.h"
#include "iss/riscv/helpers.h"
#include "iss/riscv/pmp.h"
#include "iss/riscv/tests/privileged/host.h"
#include "medley/base/bits.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace medley::iss::riscv::test {

/// The number of a CSR by its name.
inline unsigned csr_number(std::string_view name) {
    for (const auto& row : csr_rows())
        if (row.name == name)
            return row.number;
    ADD_FAILURE() << "no CSR " << name;
    return 0;
}

class Machine {
public:
    explicit Machine(std::string model = "rv64", std::map<std::string, std::string> parameters = {})
        : core(Config::parse({std::move(model), std::move(parameters), 0}), host) {
        core.reset(kRam);
        host.flushes.clear();
    }

    // --- CSR instructions; nothing is returned when they are illegal
    std::optional<std::uint64_t> read(unsigned number) { return run(helper_csr_read, encoding(number), 0); }
    bool write(unsigned number, std::uint64_t value) {
        return run(helper_csr_write, encoding(number), value).has_value();
    }
    std::optional<std::uint64_t> swap(unsigned number, std::uint64_t value) {
        return run(helper_csr_swap, encoding(number), value);
    }
    std::optional<std::uint64_t> set(unsigned number, std::uint64_t mask) {
        return run(helper_csr_set, encoding(number), mask);
    }
    std::optional<std::uint64_t> clear(unsigned number, std::uint64_t mask) {
        return run(helper_csr_clear, encoding(number), mask);
    }

    std::optional<std::uint64_t> read(std::string_view name) { return read(csr_number(name)); }
    bool write(std::string_view name, std::uint64_t value) { return write(csr_number(name), value); }
    /// What the register reads as after `value` was written to it.
    std::uint64_t write_then_read(std::string_view name, std::uint64_t value) {
        EXPECT_TRUE(write(name, value)) << name;
        return read(name).value_or(~std::uint64_t{0});
    }

    /// Runs any helper; on a fault `fault` says which.
    std::optional<std::uint64_t> run(HelperFunction function, std::uint64_t a, std::uint64_t b = 0,
                                     std::uint64_t c = 0) {
        HelperContext context;
        context.core = &core;
        const auto result = function(context, a, b, c, 0);
        fault = context.fault;
        return context.faulted ? std::nullopt : std::optional(result);
    }

    void set_privilege(Privilege privilege) {
        core.hart().privilege = privilege;
        core.update_attention();
    }
    [[nodiscard]] bool attention() const { return core.hart().attention != 0; }

    /// Opens all memory to supervisor and user mode, as firmware does.
    void open_pmp() {
        write("pmpaddr", ~std::uint64_t{0});
        write("pmpcfg", 0x1f);
    }

    static std::uint64_t encoding(unsigned number) { return std::uint64_t{number} << 20 | 0x1073; }

    FakeHost host;
    Core core;
    Fault fault{};
};

} // namespace medley::iss::riscv::test
