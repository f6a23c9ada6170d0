#include "peripherals/irq/gic/local_interrupts.h"

#include <fmt/format.h>

namespace medley::periph::gic {

namespace {

constexpr std::uint64_t kProcessorSleep = 1 << 1;                       // GICR_WAKER
constexpr std::uint64_t kEnableLpis = 1 << 0, kClearEnableSupported = 1 << 1;  // GICR_CTLR
constexpr std::uint64_t kSgiBase = 0x10000;
constexpr std::uint64_t kCommonBinaryPoint = 1 << 0, kEoiMode = 1 << 1; // ICC_CTLR_EL1

/// The place of a system register on a port "cpu.N".
constexpr std::uint64_t at(unsigned op0, unsigned op1, unsigned crn, unsigned crm, unsigned op2) {
    return (op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2) * 8;
}
constexpr RegisterShape kWide{.size = 8};
constexpr std::uint64_t kSystemSpan = at(3, 7, 15, 15, 7) + 8;

} // namespace

/// IHI 0069H, tables 12-27 and 12-29.
struct LocalInterrupts::RedistributorMap {
    using R = LocalInterrupts;
    static constexpr std::array rows{
        //     offset  name               reset write on read                   on write
        Reg<R>{0x0000, "GICR_CTLR",       0, command(), &R::read_control, &R::write_control, "bit 0 enables LPIs"},
        Reg<R>{0x0004, "GICR_IIDR",       0x0000043b, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<R>{0x0008, "GICR_TYPER",      0, kReadOnly, &R::read_type, nullptr, "affinity, number, whether it is the last", kWide},
        Reg<R>{0x0014, "GICR_WAKER",      6, command(), &R::read_waker, &R::write_waker, "bit 1 puts to sleep, bit 2: asleep"},
        Reg<R>{0x0070, "GICR_PROPBASER",  0, command(), &R::read_properties, &R::write_properties, "configuration table of LPIs", kWide},
        Reg<R>{0x0078, "GICR_PENDBASER",  0, command(), &R::read_pending_table, &R::write_pending_table, "pending table of LPIs", kWide},
        Reg<R>{0xffe8, "GICR_PIDR2",      0x3b, kReadOnly, nullptr, nullptr, "architecture version 3"},
        Reg<R>{kSgiBase + 0x080, "GICR_IGROUPR0",   0, command(), &R::read_group, &R::write_group, "group of each interrupt"},
        Reg<R>{kSgiBase + 0x100, "GICR_ISENABLER0", 0, command(), &R::read_enabled, &R::enable, "ones enable"},
        Reg<R>{kSgiBase + 0x180, "GICR_ICENABLER0", 0, command(), &R::read_enabled, &R::disable, "ones disable"},
        Reg<R>{kSgiBase + 0x200, "GICR_ISPENDR0",   0, command(), &R::read_pending, &R::set_pending, "ones make pending"},
        Reg<R>{kSgiBase + 0x280, "GICR_ICPENDR0",   0, command(), &R::read_pending, &R::clear_pending, "ones take back what is latched"},
        Reg<R>{kSgiBase + 0x300, "GICR_ISACTIVER0", 0, command(), &R::read_active, &R::set_active, "ones activate"},
        Reg<R>{kSgiBase + 0x380, "GICR_ICACTIVER0", 0, command(), &R::read_active, &R::clear_active, "ones deactivate"},
        Reg<R>{kSgiBase + 0x400, "GICR_IPRIORITYR", 0, command(), &R::read_priority, &R::write_priority, "priority",
               {.size = 1, .count = kPrivate}},
        Reg<R>{kSgiBase + 0xc00, "GICR_ICFGR",      0, command(), &R::read_trigger, &R::write_trigger, "trigger, two bits each",
               {.count = 2}},
        Reg<R>{kSgiBase + 0xffe8, "GICR_PIDR2",     0x3b, kReadOnly, nullptr, nullptr, "architecture version 3"},
    };
    static_assert(well_formed(rows));
};

/// IHI 0069H, table 12-1; the identification of system registers sorts them.
struct LocalInterrupts::InterfaceMap {
    using I = LocalInterrupts;
    static constexpr std::array rows{
        //     offset                name             reset write on read                     on write
        Reg<I>{at(3, 0, 4, 6, 0),   "ICC_PMR_EL1",   0, command(0xff), &I::read_mask, &I::write_mask, "priorities must be less", kWide},
        Reg<I>{at(3, 0, 12, 8, 0),  "ICC_IAR0_EL1",  0, kReadOnly, &I::acknowledge_0, nullptr, "acknowledges group 0", kWide},
        Reg<I>{at(3, 0, 12, 8, 1),  "ICC_EOIR0_EL1", 0, write_only(), nullptr, &I::end_0, "ends an interrupt of group 0", kWide},
        Reg<I>{at(3, 0, 12, 8, 2),  "ICC_HPPIR0_EL1", 0, kReadOnly, &I::read_highest_0, nullptr, "pending interrupt of group 0", kWide},
        Reg<I>{at(3, 0, 12, 8, 3),  "ICC_BPR0_EL1",  0, command(7), &I::read_binary_point_0, &I::write_binary_point_0, "binary point", kWide},
        Reg<I>{at(3, 0, 12, 8, 4),  "ICC_AP0R0_EL1", 0, command(0xffffffff), &I::read_active_priorities_0, &I::write_active_priorities_0,
               "active priorities of group 0", kWide},
        Reg<I>{at(3, 0, 12, 9, 0),  "ICC_AP1R0_EL1", 0, command(0xffffffff), &I::read_active_priorities_1, &I::write_active_priorities_1,
               "active priorities of group 1", kWide},
        Reg<I>{at(3, 0, 12, 11, 1), "ICC_DIR_EL1",   0, write_only(), nullptr, &I::deactivate, "deactivates, with EOImode 1", kWide},
        Reg<I>{at(3, 0, 12, 11, 3), "ICC_RPR_EL1",   0, kReadOnly, &I::read_running, nullptr, "running priority", kWide},
        Reg<I>{at(3, 0, 12, 11, 5), "ICC_SGI1R_EL1", 0, write_only(), nullptr, &I::send_1, "sends an SGI of group 1", kWide},
        Reg<I>{at(3, 0, 12, 11, 6), "ICC_ASGI1R_EL1", 0, write_only(), nullptr, nullptr, "for the other security state: sends nothing", kWide},
        Reg<I>{at(3, 0, 12, 11, 7), "ICC_SGI0R_EL1", 0, write_only(), nullptr, &I::send_0, "sends an SGI of group 0", kWide},
        Reg<I>{at(3, 0, 12, 12, 0), "ICC_IAR1_EL1",  0, kReadOnly, &I::acknowledge_1, nullptr, "acknowledges group 1", kWide},
        Reg<I>{at(3, 0, 12, 12, 1), "ICC_EOIR1_EL1", 0, write_only(), nullptr, &I::end_1, "ends an interrupt of group 1", kWide},
        Reg<I>{at(3, 0, 12, 12, 2), "ICC_HPPIR1_EL1", 0, kReadOnly, &I::read_highest_1, nullptr, "pending interrupt of group 1", kWide},
        Reg<I>{at(3, 0, 12, 12, 3), "ICC_BPR1_EL1",  0, command(7), &I::read_binary_point_1, &I::write_binary_point_1, "binary point", kWide},
        Reg<I>{at(3, 0, 12, 12, 4), "ICC_CTLR_EL1",  0, command(3), &I::read_cpu_control, &I::write_cpu_control, "CBPR, EOImode", kWide},
        Reg<I>{at(3, 0, 12, 12, 5), "ICC_SRE_EL1",   7, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(3, 0, 12, 12, 6), "ICC_IGRPEN0_EL1", 0, command(1), &I::read_group_enable_0, &I::write_group_enable_0, "group 0", kWide},
        Reg<I>{at(3, 0, 12, 12, 7), "ICC_IGRPEN1_EL1", 0, command(1), &I::read_group_enable_1, &I::write_group_enable_1, "group 1", kWide},
        Reg<I>{at(3, 4, 12, 9, 5),  "ICC_SRE_EL2",   0xf, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(3, 6, 12, 12, 4), "ICC_CTLR_EL3",  0, command(3), &I::read_cpu_control, nullptr, "what is there", kWide},
        Reg<I>{at(3, 6, 12, 12, 5), "ICC_SRE_EL3",   0xf, kReadOnly, nullptr, nullptr, "system registers are always in use", kWide},
        Reg<I>{at(3, 6, 12, 12, 7), "ICC_IGRPEN1_EL3", 0, command(1), &I::read_group_enable_1, &I::write_group_enable_1, "group 1", kWide},
    };
    static_assert(well_formed(rows));
};

LocalInterrupts::LocalInterrupts(Gicv3& controller, unsigned number, bool last)
    : controller_(controller), number_(number), last_(last), lpis_(controller),
      redistributor_(fmt::format("redistributor_{}", number).c_str(), *this, RedistributorMap::rows,
                     {.sizes = kBytes | kHalfwords | kWords | kDoublewords, .holes = Holes::ReadZero, .span = Gicv3::kFrames}),
      interface_(fmt::format("interface_{}", number).c_str(), *this, InterfaceMap::rows,
                 {.sizes = kDoublewords, .holes = Holes::Error, .span = kSystemSpan}) {}

LocalInterrupts::~LocalInterrupts() = default;

void LocalInterrupts::reset() {
    redistributor_.reset();
    interface_.reset();
    own_.reset();
    own_.edge = low_mask(kSgis);
    lpis_.reset();
    asleep_ = true;
    priorities_ = {};
    separate_deactivation_ = false;
    groups_ = 0;
}

void LocalInterrupts::input(unsigned id, bool level) {
    own_.input(id, level);
    update();
}

void LocalInterrupts::receive(unsigned id, unsigned group) {
    if ((own_.group >> id & 1) == group)
        own_.latched |= std::uint32_t{1} << id;
}

Request LocalInterrupts::best(unsigned groups) const {
    Request request;
    if (asleep_)
        return request;
    choose(request, own_, own_.candidates() & in_groups(own_, groups), 0);
    controller_.choose_shared(request, number_, groups);
    if (bit(groups, 1))
        lpis_.choose(request);
    return request;
}

/// Group 0 is signalled as FIQ, group 1, where there is one security state, as IRQ (IHI 0069H 4.6.2).
void LocalInterrupts::update() {
    const auto request = best(controller_.groups() & groups_);
    const bool signal = priorities_.allows(request);
    irq_.set(signal && request.group == 1);
    fiq_.set(signal && request.group == 0);
}

// --- redistributor

std::uint64_t LocalInterrupts::read_control() const {
    return controller_.has_lpis() ? kClearEnableSupported | (lpis_.enabled() ? kEnableLpis : 0) : 0;
}

void LocalInterrupts::write_control(std::uint64_t value) {
    if (controller_.has_lpis())
        lpis_.enable((value & kEnableLpis) != 0);
    update();
}

std::uint64_t LocalInterrupts::read_type() const {
    return std::uint64_t{controller_.affinity(number_)} << 32 | std::uint64_t{number_} << 8 | (last_ ? 1U << 4 : 0) |
           (controller_.has_lpis() ? 1 : 0);
}

/// It falls asleep and wakes at once: ChildrenAsleep follows ProcessorSleep.
void LocalInterrupts::write_waker(std::uint64_t value) {
    asleep_ = (value & kProcessorSleep) != 0;
    update();
}

void LocalInterrupts::write_group(std::uint64_t value) {
    own_.group = static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::enable(std::uint64_t value) {
    own_.enabled |= static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::disable(std::uint64_t value) {
    own_.enabled &= ~static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::set_pending(std::uint64_t value) {
    own_.latched |= static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::clear_pending(std::uint64_t value) {
    own_.latched &= ~static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::set_active(std::uint64_t value) {
    own_.active |= static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::clear_active(std::uint64_t value) {
    own_.active &= ~static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::write_priority(unsigned id, std::uint64_t value) {
    own_.priority[id] = static_cast<std::uint8_t>(value) & kPriorityMask;
    update();
}

/// SGIs are edge-triggered.
void LocalInterrupts::write_trigger(unsigned half, std::uint64_t value) {
    if (half != 0)
        own_.configure(half, value);
    update();
}

// --- CPU interface

void LocalInterrupts::write_mask(std::uint64_t value) {
    priorities_.mask = static_cast<std::uint8_t>(value) & kPriorityMask;
    update();
}

void LocalInterrupts::write_binary_point_0(std::uint64_t value) {
    priorities_.set_binary_point(0, value);
    update();
}

/// With a common binary point, that of group 0 shows here, one higher, and writes are ignored (IHI 0069H 12.2.5).
std::uint64_t LocalInterrupts::read_binary_point_1() const {
    return priorities_.common_binary_point ? std::min(priorities_.binary_point[0] + 1, 7) : priorities_.binary_point[1];
}

void LocalInterrupts::write_binary_point_1(std::uint64_t value) {
    if (!priorities_.common_binary_point)
        priorities_.set_binary_point(1, value);
    update();
}

void LocalInterrupts::write_active_priorities_0(std::uint64_t value) {
    priorities_.active[0] = static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::write_active_priorities_1(std::uint64_t value) {
    priorities_.active[1] = static_cast<std::uint32_t>(value);
    update();
}

/// Whatever the priority mask and the running priority (IHI 0069H 4.8.5): the number when the best is of the group.
std::uint64_t LocalInterrupts::highest(unsigned group) const {
    const auto request = best(controller_.groups());
    return request.group == group ? request.id : kSpurious;
}

std::uint64_t LocalInterrupts::acknowledge(unsigned group) {
    const auto request = best(controller_.groups() & groups_);
    if (request.group != group || !priorities_.allows(request))
        return kSpurious;
    priorities_.activate(request);
    ++acknowledged_;
    if (request.id >= Gicv3::kFirstLpi)
        lpis_.set_pending(request.id, false); // LPIs have no active state.
    else if (request.id >= kPrivate)
        controller_.acknowledge_shared(request.id);
    else
        own_.acknowledge(request.id);
    controller_.update();
    return request.id;
}

/// Priority drop and, unless EOImode separates it, deactivation (IHI 0069H 4.7.3). The numbers of no interrupt change nothing.
void LocalInterrupts::end(std::uint64_t value, unsigned group) {
    const auto id = bits(value, 0, 24);
    if (id > kLastId && id < Gicv3::kFirstLpi)
        return;
    priorities_.drop(group);
    if (!separate_deactivation_)
        set_deactivated(id);
    controller_.update();
}

/// Of no effect with EOImode 0.
void LocalInterrupts::deactivate(std::uint64_t value) {
    if (separate_deactivation_)
        set_deactivated(bits(value, 0, 24));
    controller_.update();
}

void LocalInterrupts::set_deactivated(std::uint64_t id) {
    if (id < kPrivate)
        own_.active &= ~(std::uint32_t{1} << id);
    else if (id <= kLastId)
        controller_.deactivate_shared(static_cast<unsigned>(id));
}

/// A3V, 16 bits of a number, priority bits; EOImode and CBPR.
std::uint64_t LocalInterrupts::read_cpu_control() const {
    return 1U << 15 | (kPriorityBits - 1) << 8 | (separate_deactivation_ ? kEoiMode : 0) |
           (priorities_.common_binary_point ? kCommonBinaryPoint : 0);
}

void LocalInterrupts::write_cpu_control(std::uint64_t value) {
    separate_deactivation_ = (value & kEoiMode) != 0;
    priorities_.common_binary_point = (value & kCommonBinaryPoint) != 0;
    update();
}

void LocalInterrupts::write_group_enable_0(std::uint64_t value) {
    groups_ = static_cast<unsigned>((groups_ & 2) | value);
    update();
}

void LocalInterrupts::write_group_enable_1(std::uint64_t value) {
    groups_ = static_cast<unsigned>((groups_ & 1) | value << 1);
    update();
}

} // namespace medley::periph::gic
