#include "peripherals/irq/gic/local_interrupts.h"

#include <fmt/format.h>

namespace medley::periph::gic {

namespace {

constexpr std::uint64_t kProcessorSleep = 1 << 1;                       // GICR_WAKER
constexpr std::uint64_t kEnableLpis = 1 << 0, kClearEnableSupported = 1 << 1;  // GICR_CTLR
constexpr std::uint64_t kSgiBase = 0x10000;
/// GICR_CTLR.DPG0, DPG1NS and DPG1S, in the order of groups; GICR_TYPER.DPGS.
constexpr unsigned kFirstAloof = 24;
constexpr std::uint64_t kAloofSupported = 1 << 5;

constexpr RegisterShape kWide{.size = 8};

} // namespace

/// IHI 0069H, tables 12-27 and 12-29.
struct LocalInterrupts::RedistributorMap {
    using R = LocalInterrupts;
    static constexpr std::array rows{
        //     offset  name               reset write on read                   on write
        Reg<R>{0x0000, "GICR_CTLR",       0, command(), &R::read_control, &R::write_control, "bit 0 enables LPIs; which groups' 1-of-N interrupts stay away"},
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
        Reg<R>{kSgiBase + 0xd00, "GICR_IGRPMODR0",  0, command(), &R::read_modifier, &R::write_modifier, "with group 0: Secure group 1"},
        Reg<R>{kSgiBase + 0xe00, "GICR_NSACR",      0, command(), &R::read_access, &R::write_access,
               "which Secure SGIs Non-secure software may send here, two bits each"},
        Reg<R>{kSgiBase + 0xffe8, "GICR_PIDR2",     0x3b, kReadOnly, nullptr, nullptr, "architecture version 3"},
    };
    static_assert(well_formed(rows));
};

LocalInterrupts::LocalInterrupts(Gicv3& controller, unsigned number, bool last)
    : controller_(controller), number_(number), last_(last), lpis_(controller),
      redistributor_(fmt::format("redistributor_{}", number).c_str(), *this, RedistributorMap::rows,
                     {.sizes = kBytes | kHalfwords | kWords | kDoublewords, .holes = Holes::ReadZero, .span = Gicv3::kFrames}),
      interface_(*this, number) {}

LocalInterrupts::~LocalInterrupts() = default;

void LocalInterrupts::reset() {
    redistributor_.reset();
    interface_.reset();
    own_.reset();
    own_.edge = low_mask(kSgis);
    lpis_.reset();
    asleep_ = true;
    aloof_ = 0;
}

void LocalInterrupts::input(unsigned id, bool level) {
    own_.input(id, level);
    update();
}

/// NS_access 1 permits those of group 0, 2 and 3 also those of Secure group 1 (GICR_NSACR).
void LocalInterrupts::receive(unsigned id, unsigned groups, bool restricted) {
    const auto own_group = own_.group_of(id);
    const bool is_permitted = !restricted || bit(own_.permitted(own_group == kGroup0 ? 1 : 2), id);
    if (bit(groups, own_group) && is_permitted)
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

unsigned LocalInterrupts::group_of(unsigned id) const {
    return id < kPrivate ? own_.group_of(id) : controller_.group_of_shared(id);
}

void LocalInterrupts::activate(unsigned id) {
    if (id >= Gicv3::kFirstLpi)
        lpis_.set_pending(id, false); // LPIs have no active state.
    else if (id >= kPrivate)
        controller_.acknowledge_shared(id);
    else
        own_.acknowledge(id);
}

void LocalInterrupts::deactivate(unsigned id) {
    if (id < kPrivate)
        own_.active &= ~(std::uint32_t{1} << id);
    else if (id <= kLastId)
        controller_.deactivate_shared(id);
}

// --- redistributor

std::uint64_t LocalInterrupts::read_control() const {
    const auto lpis = controller_.has_lpis() ? kClearEnableSupported | (lpis_.enabled() ? kEnableLpis : 0) : 0;
    return lpis | std::uint64_t{is_secure() ? aloof_ : aloof_ & 1U << kNonSecureGroup1} << kFirstAloof;
}

/// Non-secure software decides about its own group (IHI 0069H 12.11.2).
void LocalInterrupts::write_control(std::uint64_t value) {
    if (controller_.has_lpis())
        lpis_.enable((value & kEnableLpis) != 0);
    const auto wanted = static_cast<unsigned>(bits(value, kFirstAloof, kGroups));
    const auto own = is_secure() ? low_mask(kGroups) : std::uint64_t{1} << kNonSecureGroup1;
    aloof_ = static_cast<unsigned>((aloof_ & ~own) | (wanted & own));
    controller_.update();
}

std::uint64_t LocalInterrupts::read_type() const {
    return std::uint64_t{controller_.affinity(number_)} << 32 | std::uint64_t{number_} << 8 | (last_ ? 1U << 4 : 0) |
           kAloofSupported | (controller_.has_lpis() ? 1 : 0);
}

/// It falls asleep and wakes at once: ChildrenAsleep follows ProcessorSleep.
void LocalInterrupts::write_waker(std::uint64_t value) {
    if (is_secure())
        asleep_ = (value & kProcessorSleep) != 0;
    controller_.update();
}

void LocalInterrupts::write_group(std::uint64_t value) {
    if (is_secure())
        own_.group = static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::write_modifier(std::uint64_t value) {
    if (controller_.has_two_states() && is_secure())
        own_.modifier = static_cast<std::uint32_t>(value);
    update();
}

void LocalInterrupts::enable(std::uint64_t value) {
    own_.enabled |= static_cast<std::uint32_t>(value) & visible();
    update();
}

void LocalInterrupts::disable(std::uint64_t value) {
    own_.enabled &= ~(static_cast<std::uint32_t>(value) & visible());
    update();
}

void LocalInterrupts::set_pending(std::uint64_t value) {
    own_.latched |= static_cast<std::uint32_t>(value) & visible();
    update();
}

void LocalInterrupts::clear_pending(std::uint64_t value) {
    own_.latched &= ~(static_cast<std::uint32_t>(value) & visible());
    update();
}

void LocalInterrupts::set_active(std::uint64_t value) {
    own_.active |= static_cast<std::uint32_t>(value) & visible();
    update();
}

void LocalInterrupts::clear_active(std::uint64_t value) {
    own_.active &= ~(static_cast<std::uint32_t>(value) & visible());
    update();
}

void LocalInterrupts::write_priority(unsigned id, std::uint64_t value) {
    own_.set_priority(id, value, is_secure());
    update();
}

/// Secure software's alone; it is about SGIs.
std::uint64_t LocalInterrupts::read_access() const { return controller_.has_two_states() && is_secure() ? own_.access(0) : 0; }
void LocalInterrupts::write_access(std::uint64_t value) {
    if (controller_.has_two_states() && is_secure())
        own_.set_access(0, value);
}

/// SGIs are edge-triggered.
void LocalInterrupts::write_trigger(unsigned half, std::uint64_t value) {
    if (half != 0)
        own_.configure(half, value, visible());
    update();
}

} // namespace medley::periph::gic
