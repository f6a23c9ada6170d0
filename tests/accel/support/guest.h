/// \file
/// A toy core with memory and the accelerator under test.
#pragma once

#include "tests/accel/support/toy.h"
#include "tests/accel/support/under_test.h"
#include "tests/support/random_seed.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <memory>
#include <random>

namespace medley::test {

struct Guest {
    explicit Guest(const AcceleratorOptions& options = {{"verify", "true"}}, bool overlap = false) : core(memory, overlap) {
        register_under_test(registry);
        accelerator = (*registry.accelerators.begin())->make(core, memory, options);
        memory.executed = [this] { return accelerator->executed_in_run(); };
        core.reset(0x1000);
        // Exceptions go round in circles.
        memory.code(ToyCore::kVector, {toy(ToyOp::Jump, 0, 0, 0)});
    }
    [[nodiscard]] std::uint64_t& r(unsigned index) { return core.regs.r[index]; }
    [[nodiscard]] std::uint64_t statistic(const std::string& name) const {
        for (const auto& [known, value] : accelerator->statistics())
            if (known == name)
                return value;
        ADD_FAILURE() << "no statistic " << name;
        return 0;
    }

    CpuRegistry registry;
    ToyMemory memory;
    ToyCore core;
    std::unique_ptr<Accelerator> accelerator;
};

} // namespace medley::test
