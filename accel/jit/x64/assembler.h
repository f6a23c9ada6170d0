/// \file
/// The assembler of blocks.
#pragma once

#include "accel/jit/x64/host.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace medley::accel::jit::x64 {

/// asmjit's assembler, but for labels, and for the instructions that most code consists of: those it encodes itself, which is
/// several times faster. Which form each has is a row of a table; what is not in it is asmjit's, with the same result.
///
/// Labels are only for jumps. A jump to one that is not bound yet has a displacement of 32 bits, which holds the offset of the
/// jump before it to the same label until then: there is nothing to allocate, however many there are.
class Assembler final : public asmjit::x86::Assembler {
public:
    explicit Assembler(EmissionErrors& errors);

    /// Starts over: code is written to `room`, and will be executed at `address`.
    void begin(std::span<std::byte> room, const std::byte* address);
    /// Every label that something jumps to is bound, and nothing is left to be done at another address.
    [[nodiscard]] bool is_complete() const { return pending_ == 0 && code_.relocEntries().empty(); }
    [[nodiscard]] std::uint32_t offset_of(const asmjit::Label& label) const { return static_cast<std::uint32_t>(labels_[label.id()].offset); }

    // asmjit's
    asmjit::Label newLabel() override;
    asmjit::Error bind(const asmjit::Label& label) override;
    asmjit::Error _emit(asmjit::InstId instruction, const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2,
                        const asmjit::Operand_* others) override;

private:
    static constexpr std::int32_t kNone = -1;
    struct LabelState {
        std::int32_t offset = kNone;
        std::int32_t last_jump = kNone; ///< Where the displacement of the last jump there is.
    };

    struct Form;
    struct Encoding;
    [[nodiscard]] bool encode(const Form& form, const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2);
    [[nodiscard]] bool encode_one(const Form& form, const asmjit::Operand_& o0, const asmjit::Operand_& o1);
    [[nodiscard]] bool encode_arithmetic(const Form& form, const asmjit::Operand_& o0, const asmjit::Operand_& o1);
    [[nodiscard]] bool encode_move(const asmjit::Operand_& o0, const asmjit::Operand_& o1);
    [[nodiscard]] bool encode_test(const asmjit::Operand_& o0, const asmjit::Operand_& o1);
    [[nodiscard]] bool encode_multiply(const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2);
    [[nodiscard]] bool encode_rotate(const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2);
    [[nodiscard]] bool encode_push(const asmjit::Operand_& o0);
    [[nodiscard]] bool encode_jump(const Form& form, const asmjit::Operand_& target);
    void put(const Encoding& encoding);

    asmjit::CodeHolder code_;
    std::vector<LabelState> labels_;
    std::size_t pending_ = 0; ///< Labels that are jumped to and not bound.
    std::uintptr_t address_ = 0;
};

} // namespace medley::accel::jit::x64
