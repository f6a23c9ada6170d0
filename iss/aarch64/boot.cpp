// Linux, Documentation/arch/arm64/booting.rst.
#include "iss/aarch64/boot.h"

namespace medley::iss::aarch64 {
namespace {

/// SCR_EL3: non-secure, SMC allowed, HVC allowed, AArch64 below, pointer authentication not trapped.
constexpr std::uint64_t kNonSecure = 1U << 0;
constexpr std::uint64_t kHypervisorCalls = 1U << 8;
constexpr std::uint64_t kLowerIs64Bit = 1U << 10;
constexpr std::uint64_t kPointerAuth = 3U << 16;

/// Kernels start at EL2 or, where there is none, at EL1, not secure. What runs above them has then done its work; slots say so.
void leave_el3(const Config& config, BootPlan& plan) {
    std::uint64_t scr = kNonSecure | kLowerIs64Bit | kPointerAuth;
    scr |= config.has_el2 ? kHypervisorCalls : 0;
    plan.registers.emplace_back("scr_el3", scr);
    plan.registers.emplace_back("el", config.has_el2 ? 2 : 1);
}

} // namespace

ImagePlacement make_placement() {
    constexpr std::uint64_t kTwoMiB = 0x20'0000;
    ImagePlacement placement;
    placement.firmware_offset = 0;
    // An image of text_offset 0 may lie at any multiple of 2 MiB. Not the first one: boards and boot loaders like the start
    // of RAM for their own.
    placement.kernel_offset = kTwoMiB;
    placement.kernel_alignment = kTwoMiB;
    placement.elf_machine = kElfMachine;
    return placement;
}

BootPlan make_boot_plan(const Config& config, const BootRequest& request) {
    BootPlan plan;
    plan.entry = request.firmware  ? request.firmware->entry
                 : request.kernel  ? request.kernel->entry
                 : request.program ? request.program->entry
                                   : request.rom;
    plan.registers = {{"x0", request.device_tree.value_or(0)}, {"x1", 0}, {"x2", 0}, {"x3", 0}};
    if (request.kernel && !request.firmware && config.has_el3)
        leave_el3(config, plan);
    return plan;
}

} // namespace medley::iss::aarch64
