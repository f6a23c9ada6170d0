#include "peripherals/irq/gic/cpu_interface_registers.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::periph::gic {

namespace {

// State of the CPU, in the bits of an address that select no register (gicv3.h).
constexpr std::uint64_t kSecureBank = 1 << 25, kAtMonitor = 1 << 26, kFiqToMonitor = 1 << 27;

constexpr std::uint64_t kCommonBinaryPoint = 1 << 0, kEoiMode = 1 << 1; // ICC_CTLR_EL1
// ICC_CTLR_EL3
constexpr unsigned kCommonSecure = 0, kCommonNonSecure = 1, kEoiModeMonitor = 2, kEoiModeSecure = 3, kEoiModeNonSecure = 4;
/// A3V, 16 bits of a number, priority bits, in all registers of this name.
constexpr std::uint64_t kWhatIsThere = 1U << 15 | (kPriorityBits - 1) << 8;
constexpr unsigned kFirstLpi = 8192;

/// Sets of groups.
constexpr unsigned kInGroup0 = 1U << kGroup0, kInNonSecureGroup1 = 1U << kNonSecureGroup1, kInSecureGroup1 = 1U << kSecureGroup1;

/// A number that means "none" (IHI 0069H 2.2.1), or that is of no kind of interrupt.
constexpr bool is_special(std::uint32_t id) { return id > kLastId && id < kFirstLpi; }

// ICH_LR<n>_EL2 (IHI 0069H 12.4.5).
constexpr unsigned kPhysical = 32, kWantsEnd = 41, kPriority = 48, kGroup = 60, kHardware = 61, kState = 62;

} // namespace

CpuInterface::CpuInterface(Owner& owner, unsigned number)
    : owner_(owner), virtual_(VirtualInterface::Version::V3,
                              [this](unsigned id) {
                                  owner_.deactivate(id);
                                  owner_.changed();
                              }),
      registers_(fmt::format("interface_{}", number).c_str(), *this, Map::rows,
                 {.sizes = kDoublewords, .holes = Holes::Error, .context_from = kStateBits}) {}

void CpuInterface::reset() {
    registers_.reset();
    priorities_ = {};
    separate_deactivation_ = {};
    groups_ = 0;
    virtual_.reset();
}

/// Group 0 is signalled as FIQ, and group 1 as IRQ; where there are two security states, as what depends on the CPU's (IHI 0069H 4.6.2).
void CpuInterface::update() {
    const auto request = signalled();
    const bool any = request.id != kSpurious;
    const bool two_states = owner_.has_two_states();
    irq_.set(any && !two_states && request.group == kNonSecureGroup1);
    fiq_.set(any && request.group == kGroup0);
    irq_ns_.set(any && two_states && request.group == kNonSecureGroup1);
    irq_s_.set(any && request.group == kSecureGroup1);
}

Request CpuInterface::signalled() const {
    const auto request = owner_.best(owner_.forwarded_groups() & groups_);
    return priorities_.allows(request) ? request : Request{};
}

// --- who asks

bool CpuInterface::is_monitor() const { return (registers_.context() & kAtMonitor) != 0; }
bool CpuInterface::has_secure_bank() const { return (registers_.context() & kSecureBank) != 0; }
bool CpuInterface::is_restricted() const { return !is_secure() && (registers_.context() & kFiqToMonitor) != 0; }

CpuInterface::Level CpuInterface::level() const {
    if (is_monitor())
        return Monitor;
    return group_1() == kSecureGroup1 ? Secure : NonSecure;
}

/// Those of one's own state, and at the highest level those of both (IHI 0069H 4.6.3).
bool CpuInterface::takes_group_1(unsigned group) const {
    return group == group_1() || (is_monitor() && (group == kNonSecureGroup1 || group == kSecureGroup1));
}

// --- physical registers

/// IHI 0069H 4.8.1 and 12.2.18.
std::uint64_t CpuInterface::read_mask() const {
    return is_restricted() ? non_secure_view(priorities_.mask & kPriorityMask) : priorities_.mask;
}

/// Non-secure software must not let through what Secure software has masked.
void CpuInterface::write_mask(std::uint64_t value) {
    if (!is_restricted())
        priorities_.mask = static_cast<std::uint8_t>(value) & kPriorityMask;
    else if ((priorities_.mask & 0x80) != 0)
        priorities_.mask = from_non_secure(value);
    owner_.changed();
}

std::uint64_t CpuInterface::read_running() const {
    return is_restricted() ? non_secure_view(priorities_.running()) : priorities_.running();
}

void CpuInterface::write_binary_point_0(std::uint64_t value) {
    priorities_.set_binary_point(kGroup0, value);
    owner_.changed();
}

/// With a common binary point, Secure software has that of group 0 here; others see it one higher and do not change it (IHI 0069H 12.2.5).
std::uint64_t CpuInterface::read_binary_point_1() const {
    const auto group = group_1();
    if (!priorities_.common_binary_point[group])
        return priorities_.binary_point[group];
    return group == kSecureGroup1 ? priorities_.binary_point[kGroup0] : std::min(priorities_.binary_point[kGroup0] + 1, 7);
}

void CpuInterface::write_binary_point_1(std::uint64_t value) {
    const auto group = group_1();
    if (!priorities_.common_binary_point[group])
        priorities_.set_binary_point(group, value);
    else if (group == kSecureGroup1)
        priorities_.set_binary_point(kGroup0, value);
    owner_.changed();
}

void CpuInterface::write_active_priorities_0(std::uint64_t value) {
    priorities_.active[kGroup0] = static_cast<std::uint32_t>(value);
    owner_.changed();
}

void CpuInterface::write_active_priorities_1(std::uint64_t value) {
    priorities_.active[group_1()] = static_cast<std::uint32_t>(value);
    owner_.changed();
}

/// At the highest level, a group 1 interrupt shows by the number of its security state (IHI 0069H 4.6.3).
unsigned CpuInterface::special_for_group_0(const Request& request) const {
    if (request.id == kSpurious || !is_monitor() || !owner_.has_two_states())
        return kSpurious;
    return request.group == kSecureGroup1 ? kForSecure : kForNonSecure;
}

/// Whatever the priority mask and the running priority (IHI 0069H 4.8.5): the number when the best is for who asks.
std::uint64_t CpuInterface::read_highest_0() const {
    const auto request = owner_.best(owner_.forwarded_groups());
    if (request.group != kGroup0)
        return special_for_group_0(request);
    return is_secure() ? request.id : kSpurious;
}

std::uint64_t CpuInterface::read_highest_1() const {
    const auto request = owner_.best(owner_.forwarded_groups());
    return takes_group_1(request.group) ? request.id : kSpurious;
}

std::uint64_t CpuInterface::acknowledge_0() {
    const auto request = signalled();
    if (request.id == kSpurious || request.group != kGroup0)
        return special_for_group_0(request);
    return is_secure() ? acknowledge(request) : kSpurious;
}

std::uint64_t CpuInterface::acknowledge_1() {
    const auto request = signalled();
    return request.id != kSpurious && takes_group_1(request.group) ? acknowledge(request) : kSpurious;
}

std::uint64_t CpuInterface::acknowledge(const Request& request) {
    priorities_.activate(request);
    ++acknowledged_;
    owner_.activate(request.id);
    owner_.changed();
    return request.id;
}

void CpuInterface::end_0(std::uint64_t value) {
    if (priorities_.running_group() == kGroup0 && is_secure())
        end(value);
}

void CpuInterface::end_1(std::uint64_t value) {
    if (takes_group_1(priorities_.running_group()))
        end(value);
}

/// Priority drop and, unless EOImode separates it, deactivation (IHI 0069H 4.7.3). The numbers of no interrupt change nothing.
void CpuInterface::end(std::uint64_t value) {
    const auto id = number_in(value);
    if (is_special(id))
        return;
    priorities_.drop();
    if (!separate_deactivation_[level()] && may_deactivate(id))
        owner_.deactivate(id);
    owner_.changed();
}

/// Of no effect with EOImode 0.
void CpuInterface::deactivate(std::uint64_t value) {
    const auto id = number_in(value);
    if (!is_special(id) && separate_deactivation_[level()] && may_deactivate(id))
        owner_.deactivate(id);
    owner_.changed();
}

/// Non-secure software does not reach Secure interrupts, nor Secure software below the highest level Non-secure ones (IHI 0069H 12.2.9).
bool CpuInterface::may_deactivate(unsigned id) const {
    if (!owner_.has_two_states() || is_monitor())
        return true;
    return (owner_.group_of(id) == kNonSecureGroup1) != has_secure_bank();
}

// Which interrupts are meant (IHI 0069, "Use of control registers for SGI forwarding"). At the highest level software is Secure, whichever
// bank of registers it has chosen, for these are not banked. What is sent to Secure group 1 reaches those of group 0, too. With one
// security state SGI1R reaches either group, and ASGI1R, without another state to send to, does as SGI0R does.
void CpuInterface::send_1(std::uint64_t value) {
    if (!owner_.has_two_states())
        owner_.send(value, kInGroup0 | kInNonSecureGroup1, false);
    else
        owner_.send(value, is_secure() ? kInGroup0 | kInSecureGroup1 : kInNonSecureGroup1, false);
}

void CpuInterface::send_other_1(std::uint64_t value) {
    if (!owner_.has_two_states())
        owner_.send(value, kInGroup0, false);
    else
        owner_.send(value, is_secure() ? kInNonSecureGroup1 : kInGroup0 | kInSecureGroup1, !is_secure());
}

void CpuInterface::send_0(std::uint64_t value) { owner_.send(value, kInGroup0, !is_secure()); }

std::uint64_t CpuInterface::read_control() const {
    const auto level = group_1() == kSecureGroup1 ? Secure : NonSecure;
    return kWhatIsThere | (separate_deactivation_[level] ? kEoiMode : 0) |
           (priorities_.common_binary_point[group_1()] ? kCommonBinaryPoint : 0);
}

/// With two security states, the highest level decides about the common binary points (IHI 0069H 12.2.6).
void CpuInterface::write_control(std::uint64_t value) {
    const auto level = group_1() == kSecureGroup1 ? Secure : NonSecure;
    separate_deactivation_[level] = (value & kEoiMode) != 0;
    if (!owner_.has_two_states())
        priorities_.common_binary_point[kNonSecureGroup1] = (value & kCommonBinaryPoint) != 0;
    owner_.changed();
}

std::uint64_t CpuInterface::read_monitor_control() const {
    const auto flag = [](bool set, unsigned at) { return std::uint64_t{set ? 1U : 0U} << at; };
    return kWhatIsThere | flag(priorities_.common_binary_point[kSecureGroup1], kCommonSecure) |
           flag(priorities_.common_binary_point[kNonSecureGroup1], kCommonNonSecure) |
           flag(separate_deactivation_[Monitor], kEoiModeMonitor) | flag(separate_deactivation_[Secure], kEoiModeSecure) |
           flag(separate_deactivation_[NonSecure], kEoiModeNonSecure);
}

void CpuInterface::write_monitor_control(std::uint64_t value) {
    priorities_.common_binary_point[kSecureGroup1] = bit(value, kCommonSecure);
    priorities_.common_binary_point[kNonSecureGroup1] = bit(value, kCommonNonSecure);
    separate_deactivation_ = {bit(value, kEoiModeNonSecure), bit(value, kEoiModeSecure), bit(value, kEoiModeMonitor)};
    owner_.changed();
}

void CpuInterface::enable(unsigned group, std::uint64_t value) {
    groups_ = static_cast<unsigned>(with_bits(groups_, group, 1, value));
    owner_.changed();
}

/// Bit 0 is Non-secure, bit 1 Secure group 1.
void CpuInterface::write_monitor_enables(std::uint64_t value) {
    groups_ = static_cast<unsigned>((groups_ & 1) | value << 1);
    owner_.changed();
}

// --- virtual registers

std::uint64_t CpuInterface::read_list(unsigned index) const {
    const auto& list = virtual_.list(index);
    const auto rest = list.hardware ? std::uint64_t{list.physical} << kPhysical : std::uint64_t{list.wants_end ? 1U : 0U} << kWantsEnd;
    return list.id | rest | std::uint64_t{list.priority} << kPriority | std::uint64_t{list.group} << kGroup |
           std::uint64_t{list.hardware ? 1U : 0U} << kHardware | std::uint64_t{list.state} << kState;
}

/// Numbers have 16 bits here.
void CpuInterface::write_list(unsigned index, std::uint64_t value) {
    ListRegister list;
    list.id = static_cast<std::uint32_t>(bits(value, 0, 16));
    list.state = static_cast<unsigned>(bits(value, kState, 2));
    list.group = static_cast<unsigned>(bits(value, kGroup, 1));
    list.priority = static_cast<std::uint8_t>(bits(value, kPriority, 8));
    list.hardware = bit(value, kHardware);
    if (list.hardware)
        list.physical = static_cast<std::uint32_t>(bits(value, kPhysical, 13));
    else
        list.wants_end = bit(value, kWantsEnd);
    virtual_.set_list(index, list);
}

std::uint64_t CpuInterface::virtual_acknowledge(unsigned group) {
    const auto candidate = virtual_.signalled();
    if (!candidate || candidate->request.group != group)
        return kSpurious;
    virtual_.acknowledge(*candidate);
    return candidate->request.id;
}

std::uint64_t CpuInterface::virtual_highest(unsigned group) const {
    const auto candidate = virtual_.highest();
    return candidate && candidate->request.group == group ? candidate->request.id : kSpurious;
}

/// CBPR and EOImode are bits 4 and 9 of the interface's modes.
std::uint64_t CpuInterface::read_virtual_control() const {
    const auto modes = virtual_.modes();
    return kWhatIsThere | bits(modes, 4, 1) | bits(modes, 9, 1) << 1;
}

void CpuInterface::write_virtual_control(std::uint64_t value) {
    virtual_.set_modes(bits(value, 0, 1) << 4 | bits(value, 1, 1) << 9);
}

} // namespace medley::periph::gic
