/// \file
/// Translation-table walks of VMSAv8-64, both stages. Arm ARM DDI 0487, D8.
#pragma once

#include "iss/aarch64/table_memory.h"
#include "medley/base/types.h"

#include <cstdint>
#include <optional>

namespace medley::iss::aarch64 {

/// One stage of one translation regime, as its control registers describe it.
struct Stage {
    bool enabled = false;
    /// The address range is closed (EPDn), or a size field is out of bounds: every access faults at level 0.
    bool closed = false;
    Address root = 0;
    unsigned granule_bits = 12; ///< 12, 14 or 16.
    unsigned input_bits = 48;   ///< 64 - TnSZ.
    unsigned output_bits = 48;
    unsigned first_level = 0;
    bool large_physical = false; ///< LPA: descriptors of 64K granules hold addresses of 52 bits.
    bool big_endian = false;
    bool secure = false; ///< Of a Secure regime: NS bits say what is not.
    bool update_access_flag = false; ///< HA
    bool update_dirty = false;       ///< HD
    // --- stage 1
    bool two_privileges = true; ///< EL1&0 and EL2&0: EL0 has rights of its own.
    bool flat_attributes = false; ///< HPDn: table descriptors restrict nothing.
    bool write_implies_no_execute = false; ///< WXN
    bool secure_code_only = false;         ///< SCR_EL3.SIF
    std::uint64_t memory_attributes = 0;   ///< MAIR
    bool default_cacheable = false;        ///< HCR_EL2.DC: what the memory type is while the stage is off.
    // --- stage 2
    bool execute_never_by_level = false; ///< XNX
    bool protect_walks = false; ///< HCR_EL2.PTW: walks of stage 1 must not touch Device memory.

    /// First level of a stage 1 walk (AArch64.S1StartLevel).
    [[nodiscard]] static unsigned stage1_first_level(unsigned granule_bits, unsigned input_bits) {
        const auto stride = granule_bits - 3;
        return 4 - (input_bits - granule_bits + stride - 1) / stride;
    }
};

/// Who asks for what.
struct WalkRequest {
    Address address = 0; ///< Without a tag.
    Access access = Access::Read;
    bool privileged = true;
    /// PSTATE.PAN, where it applies.
    bool never_user_data = false;
    /// Cache maintenance and address-translation instructions do not set dirty state.
    bool maintenance = false;
    /// Misaligned, or DC ZVA: Device memory is an alignment fault.
    bool needs_normal = false;
};

/// Why a walk failed. `status` is a DFSC with its level.
struct WalkFault {
    std::uint8_t status = 0;
    bool stage2 = false;
    /// Stage 2 refused an access of the stage 1 walk.
    bool on_stage1_walk = false;
    /// The intermediate physical address, for faults of stage 2.
    Address intermediate = 0;
};

struct WalkResult {
    std::optional<WalkFault> fault;
    Address physical = 0;
    /// 2^page_bits bytes have one entry of stage 1, and are what TLBI by an address in them concerns. (Of a walk through stage 2 alone: that stage's.)
    unsigned page_bits = 12;
    bool readable = false;   ///< For who asked.
    bool writable = false;   ///< And no dirty state is left to be set.
    bool executable = false;
    bool device = false;
    bool device_by_stage2 = false; ///< And Normal memory to stage 1.
    std::uint8_t attributes = 0;   ///< In the format of a MAIR byte.
    std::uint8_t shareability = 0; ///< SH of the descriptor.
    bool nonsecure = false; ///< In the Non-secure physical address space.
};

class Walker {
public:
    Walker(TableMemory& memory, const Stage& first, const Stage& second) : memory_(memory), stage1_(first), stage2_(second) {}

    /// Both stages, as far as they are enabled.
    [[nodiscard]] WalkResult walk(const WalkRequest& request);
    /// Stage 1 only; its tables are still found through stage 2.
    [[nodiscard]] WalkResult walk_stage1(const WalkRequest& request);
    /// Where an address leads, whatever the rights; without side effects.
    [[nodiscard]] std::optional<Address> peek(Address address);

private:
    struct Leaf;
    [[nodiscard]] static bool is_nonsecure(const Leaf& leaf);
    [[nodiscard]] WalkResult walk_stage2(Address intermediate, const WalkRequest& request, bool for_stage1_walk);
    [[nodiscard]] WalkResult through_stage2(const WalkResult& first, const WalkRequest& request);
    /// The physical address of a stage 1 descriptor; a fault where stage 2 refuses it.
    [[nodiscard]] std::optional<WalkFault> locate_descriptor(Address intermediate, bool writes, Address& physical);
    [[nodiscard]] std::optional<WalkFault> find_leaf(const Stage& stage, bool second, Address input, Leaf& leaf);
    /// Access flag and dirty state: true when the walk must start over because the descriptor changed.
    [[nodiscard]] bool update_descriptor(const Stage& stage, bool second, const Leaf& leaf, std::uint64_t wanted, WalkResult& result);
    [[nodiscard]] bool finish_stage1(const WalkRequest& request, const Leaf& leaf, WalkResult& result);
    [[nodiscard]] bool finish_stage2(const WalkRequest& request, const Leaf& leaf, WalkResult& result);

    TableMemory& memory_;
    const Stage& stage1_;
    const Stage& stage2_;
    bool peeking_ = false;
};

/// Whether a MAIR byte names Device memory (MAIR_EL1.Attr<n>: the high nibble is 0).
constexpr bool is_device(std::uint8_t attributes) { return (attributes & 0xf0) == 0; }

} // namespace medley::iss::aarch64
