#include "iss/riscv/core.h"

#include "iss/riscv/disassemble.h"
#include "iss/riscv/helpers.h"
#include "iss/riscv/lift.h"
#include "iss/riscv/slots.h"
#include "iss/riscv/triggers.h"
#include "medley/base/bits.h"

#include <cstddef>

namespace medley::iss::riscv {
namespace {

static_assert(std::is_standard_layout_v<Csrs>);

std::uint32_t offset_in_csrs(std::size_t offset) {
    return static_cast<std::uint32_t>(offsetof(State, csr) + offset);
}

void add_array(StateLayout& layout, const char* prefix, const char* suffix, std::size_t offset, unsigned first,
               unsigned count) {
    for (unsigned i = first; i < count; ++i)
        layout.add(
            {prefix + std::to_string(i) + suffix, offset_in_csrs(offset + 8 * i), ir::Type::I64, SlotRole::System, 0});
}

/// Slots behind those that lifted code uses: everything else that the state block holds.
void add_system_slots(StateLayout& layout, const Config& config) {
    layout.add({"priv", offsetof(State, privilege), ir::Type::I32, SlotRole::System, 0});
    layout.add({"frm", offsetof(State, frm), ir::Type::I32, SlotRole::System, 0});
#define CSR_SLOT(name, role)                                                                                           \
    layout.add({#name, offset_in_csrs(offsetof(Csrs, name)), ir::Type::I64, SlotRole::role, 0});
#include "iss/riscv/csr_slots.def"
    add_array(layout, "counter", "", offsetof(Csrs, counter), 0, kCounters);
    add_array(layout, "mhpmevent", "", offsetof(Csrs, event), 3, kCounters);
    add_array(layout, "pmp", "cfg", offsetof(Csrs, pmpcfg), 0, config.pmp_regions);
    add_array(layout, "pmpaddr", "", offsetof(Csrs, pmpaddr), 0, config.pmp_regions);
    add_array(layout, "tdata1_", "", offsetof(Csrs, tdata1), 0, kTriggers);
    add_array(layout, "tdata2_", "", offsetof(Csrs, tdata2), 0, kTriggers);
}

FloatState float_state(std::uint64_t status) {
    switch (bits(status, mstatus::kFsShift, 2)) {
    case 0: return FloatState::Off;
    case 3: return FloatState::Dirty;
    default: return FloatState::Clean;
    }
}

} // namespace

Core::Core(const Config& config, CoreHost& host)
    : config_(config), host_(host), helpers_(make_helpers(config.isa)), csr_table_(config),
      decode_(std::make_shared<const DecodeTables>(config.isa)) {
    add_common_slots(layout_, config.isa);
    add_system_slots(layout_, config);
}

/// Whatever is derived from CSRs is made again.
void Core::state_written() {
    update_supervisor_timer();
    update_attention();
    host_.flush_tlb(TlbFlush{});
}

void Core::reset(Address entry) {
    const auto inputs = csr().mip_inputs & ~interrupt::kStip; // wires do not know of our reset
    state_ = State{};
    state_.pc = config_.has_reset_vector ? config_.reset_vector : entry;
    state_.privilege = Privilege::Machine;
    if (xlen() == 64) {
        state_.mstatus |= config_.has_user() ? mstatus::kUxl64 : 0;
        state_.mstatus |= config_.has_supervisor() ? mstatus::kSxl64 : 0;
    }
    if (!config_.has_user())
        state_.mstatus |= mstatus::kMpp;
    csr().mip_inputs = inputs;
    csr().stimecmp = ~std::uint64_t{0};
    csr().tdata1.fill(tdata1::kReset);
    // Without Svade, software may count on hardware updates from the start.
    if (has(Extension::Svadu) && !has(Extension::Svade))
        csr().menvcfg |= envcfg::kAdue;
    flush_all_translations();
    update_supervisor_timer();
    update_attention();
}

std::uint64_t Core::translation_key() const {
    LiftMode mode;
    mode.privilege = state_.privilege;
    mode.float_state = float_state(state_.mstatus);
    // The rounding mode matters to floating-point code alone.
    mode.frm = mode.float_state == FloatState::Off ? std::uint8_t{0} : static_cast<std::uint8_t>(state_.frm);
    mode.data_index = static_cast<std::uint8_t>(data_regime().encode());
    mode.execute_triggers = execute_triggers_armed();
    return mode.encode();
}

LiftResult Core::lift(Address start, const LiftLimits& limits, CodeReader& code, ir::Builder& builder) {
    return riscv::lift(config_.isa, *decode_, LiftMode::decode(translation_key()), start, limits, code, builder);
}

std::string Core::disassemble(Address address, std::span<const std::byte> code, unsigned& length) const {
    return riscv::disassemble(*decode_, address, code, length);
}

} // namespace medley::iss::riscv
