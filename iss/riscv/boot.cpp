#include "iss/riscv/boot.h"

#include "medley/base/error.h"

#include <cstring>

#include <fmt/format.h>

namespace medley::iss::riscv {
namespace {

/// What firmware of the dynamic kind finds through a2 (OpenSBI, docs/firmware/fw_dynamic.md); fields are XLEN bits
/// wide.
struct DynamicInfo {
    static constexpr std::uint64_t kMagic = 0x4942'534f;
    static constexpr std::uint64_t kVersion = 2;
    static constexpr std::uint64_t kSupervisor = 1;
    static constexpr unsigned kFields = 6;
};

/// The boot ROM: code, then the data that it loads.
constexpr unsigned kCodeWords = 8;
constexpr unsigned kCodeBytes = kCodeWords * 4;

class Rom {
public:
    explicit Rom(unsigned xlen) : xlen_(xlen) {}

    void word(std::uint64_t value) { append(value, 4); }
    void field(std::uint64_t value) { append(value, xlen_ / 8); }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

private:
    void append(std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i)
            bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
    unsigned xlen_;
    std::vector<std::byte> bytes_;
};

constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t rd, std::uint32_t rs1,
                               std::uint32_t imm) {
    return imm << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}

constexpr std::uint32_t kT0 = 5;
constexpr std::uint32_t kA0 = 10;
constexpr std::uint32_t kA1 = 11;
constexpr std::uint32_t kA2 = 12;
constexpr std::uint32_t kMhartid = 0xf14;

/// Sets a0 = hart id, a1 = device tree, a2 = dynamic info, and jumps: what firmware and kernels expect
/// (Linux, Documentation/arch/riscv/boot.rst; OpenSBI as above).
std::vector<std::byte> rom_image(const Config& config, Address start, Address device_tree, Address next) {
    const unsigned field = config.xlen() / 8;
    const std::uint32_t load = config.xlen() == 64 ? 3 : 2; // ld or lw
    Rom rom(config.xlen());
    rom.word(0x17 | kT0 << 7);                                   // auipc t0, 0
    rom.word(i_type(0x13, 0, kA2, kT0, kCodeBytes + 2 * field)); // addi a2, t0, info
    rom.word(i_type(0x73, 2, kA0, 0, kMhartid));                 // csrrs a0, mhartid, zero
    rom.word(i_type(0x03, load, kA1, kT0, kCodeBytes + field));  // load a1, device_tree
    rom.word(i_type(0x03, load, kT0, kT0, kCodeBytes));          // load t0, start
    rom.word(i_type(0x67, 0, 0, kT0, 0));                        // jalr zero, 0(t0)
    rom.word(0x0000'0013);                                       // nop
    rom.word(0x0000'0013);                                       // nop
    rom.field(start);
    rom.field(device_tree);
    for (const auto value : {DynamicInfo::kMagic, DynamicInfo::kVersion, std::uint64_t{next}, DynamicInfo::kSupervisor,
                             std::uint64_t{0} /* options */, std::uint64_t{0} /* boot hart */})
        rom.field(value);
    return rom.take();
}

BootPlan plan_through_rom(const Config& config, const BootRequest& request, Address start, Address next) {
    const std::uint64_t needed = kCodeBytes + (2 + DynamicInfo::kFields) * (config.xlen() / 8);
    if (request.rom_size < needed)
        throw UserError(
            fmt::format("firmware and kernels start from a boot ROM: add a memory of at least {} bytes to the board "
                        "and name it as its boot ROM",
                        needed));
    BootPlan plan;
    plan.memory.push_back({request.rom, rom_image(config, start, request.device_tree.value_or(0), next)});
    plan.entry = request.rom;
    return plan;
}

} // namespace

ImagePlacement make_placement(const Config& config) {
    // Linux, Documentation/arch/riscv/boot-image-header.rst: text_offset is a superpage, 2 MiB or (RV32) 4 MiB.
    const std::uint64_t superpage = config.xlen() == 64 ? 0x20'0000 : 0x40'0000;
    ImagePlacement placement;
    placement.firmware_offset = 0;
    placement.kernel_offset = superpage;
    placement.kernel_alignment = superpage;
    placement.elf_machine = kElfMachine;
    return placement;
}

BootPlan make_boot_plan(const Config& config, const BootRequest& request) {
    if (request.firmware) {
        const auto next = request.kernel ? request.kernel->entry : request.program ? request.program->entry : 0;
        return plan_through_rom(config, request, request.firmware->entry, next);
    }
    if (request.kernel)
        return plan_through_rom(config, request, request.kernel->entry, 0);
    BootPlan plan;
    plan.entry = request.program ? request.program->entry : request.rom;
    plan.registers = {{"a0", config.hart_id}, {"a1", request.device_tree.value_or(0)}};
    return plan;
}

} // namespace medley::iss::riscv
