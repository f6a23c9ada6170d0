/// \file
/// The few encodings that generated programs are held together with.
#pragma once

#include <cstdint>

namespace medley::iss::riscv::test {

[[nodiscard]] constexpr std::uint32_t i_type(std::uint32_t opcode, unsigned f3, unsigned rd, unsigned rs1, std::int32_t imm) {
    return static_cast<std::uint32_t>(imm & 0xfff) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | opcode;
}
[[nodiscard]] constexpr std::uint32_t s_type(std::uint32_t opcode, unsigned f3, unsigned rs2, unsigned rs1, std::int32_t imm) {
    const auto bits = static_cast<std::uint32_t>(imm);
    return (bits >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (bits & 0x1f) << 7 | opcode;
}
[[nodiscard]] constexpr std::uint32_t addi(unsigned rd, unsigned rs1, std::int32_t imm) { return i_type(0x13, 0, rd, rs1, imm); }
[[nodiscard]] constexpr std::uint32_t andi(unsigned rd, unsigned rs1, std::int32_t imm) { return i_type(0x13, 7, rd, rs1, imm); }
[[nodiscard]] constexpr std::uint32_t slli(unsigned rd, unsigned rs1, unsigned by) { return i_type(0x13, 1, rd, rs1, static_cast<std::int32_t>(by)); }
[[nodiscard]] constexpr std::uint32_t srli(unsigned rd, unsigned rs1, unsigned by) { return i_type(0x13, 5, rd, rs1, static_cast<std::int32_t>(by)); }
[[nodiscard]] constexpr std::uint32_t add(unsigned rd, unsigned rs1, unsigned rs2) { return rs2 << 20 | rs1 << 15 | rd << 7 | 0x33; }
[[nodiscard]] constexpr std::uint32_t lui(unsigned rd, std::uint32_t upper) { return upper << 12 | rd << 7 | 0x37; }
[[nodiscard]] constexpr std::uint32_t jalr(unsigned rd, unsigned rs1, std::int32_t imm) { return i_type(0x67, 0, rd, rs1, imm); }
[[nodiscard]] constexpr std::uint32_t csr(unsigned f3, unsigned rd, unsigned number, unsigned rs1) { return number << 20 | rs1 << 15 | f3 << 12 | rd << 7 | 0x73; }
[[nodiscard]] constexpr std::uint32_t csrr(unsigned rd, unsigned number) { return csr(2, rd, number, 0); }
[[nodiscard]] constexpr std::uint32_t csrw(unsigned number, unsigned rs1) { return csr(1, 0, number, rs1); }
[[nodiscard]] constexpr std::uint32_t sd(unsigned rs2, unsigned rs1, std::int32_t imm) { return s_type(0x23, 3, rs2, rs1, imm); }
[[nodiscard]] constexpr std::uint32_t jal(unsigned rd, std::int32_t offset) {
    const auto bits = static_cast<std::uint32_t>(offset);
    return (bits >> 20 & 1) << 31 | (bits >> 1 & 0x3ff) << 21 | (bits >> 11 & 1) << 20 | (bits >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}
/// The offset in the immediate of a conditional branch.
[[nodiscard]] constexpr std::uint32_t branch_offset(std::int32_t offset) {
    const auto bits = static_cast<std::uint32_t>(offset);
    return (bits >> 12 & 1) << 31 | (bits >> 5 & 0x3f) << 25 | (bits >> 1 & 0xf) << 8 | (bits >> 11 & 1) << 7;
}
[[nodiscard]] constexpr std::uint32_t branch(unsigned f3, unsigned rs1, unsigned rs2, std::int32_t offset) {
    return branch_offset(offset) | rs2 << 20 | rs1 << 15 | f3 << 12 | 0x63;
}
inline constexpr std::uint32_t kMret = 0x3020'0073;
inline constexpr std::uint32_t kFenceI = 0x0000'100f;
inline constexpr std::uint32_t kEcall = 0x0000'0073;
inline constexpr std::uint32_t kWfi = 0x1050'0073;
[[nodiscard]] constexpr std::uint32_t sfence_vma(unsigned rs1, unsigned rs2) { return 0x1200'0073 | rs1 << 15 | rs2 << 20; }

namespace csr_number {
inline constexpr unsigned kMstatus = 0x300, kMie = 0x304, kMtvec = 0x305, kMscratch = 0x340, kMepc = 0x341, kMcause = 0x342,
                          kMinstret = 0xb02, kSatp = 0x180, kMenvcfg = 0x30a;
} // namespace csr_number

} // namespace medley::iss::riscv::test
