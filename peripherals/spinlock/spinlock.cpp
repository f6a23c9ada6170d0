#include "peripherals/spinlock/spinlock.h"

#include <array>
#include <utility>

namespace medley::periph {

namespace {

constexpr unsigned kLocks = 32;

} // namespace

struct Spinlock::Map {
    static constexpr std::array rows{
        //            offset name      reset write      on read            on write
        Reg<Spinlock>{0x00, "LOCK",    0,    command(), &Spinlock::take,   &Spinlock::release,
                      "reading takes the lock: 0 it was free, 1 it is taken; writing 0 releases it", {.count = kLocks}},
        Reg<Spinlock>{0x80, "STATUS",  0,    kReadOnly, &Spinlock::status, nullptr,
                      "a bit for each lock, 1 = taken"},
    };
    static_assert(well_formed(rows));
    static constexpr auto kLock = row_of(rows, "LOCK");
};

Spinlock::Spinlock(const sc_core::sc_module_name& name)
    : Peripheral(name),
      registers_("socket", *this, Map::rows, {.sizes = kWords, .holes = Holes::Error, .span = kSpan, .latency = 0}) {
    for (const char* port : {"a", "b", "c", "d"})
        add_port(port, registers_.socket());
}

std::uint64_t Spinlock::take(unsigned lock) {
    auto& taken = registers_.value(Map::kLock, lock);
    if (taken != 0) {
        ++refused_;
        return 1;
    }
    taken = 1;
    ++taken_;
    return 0;
}

void Spinlock::release(unsigned lock, std::uint64_t value) {
    if (value == 0)
        registers_.value(Map::kLock, lock) = 0;
}

std::uint64_t Spinlock::status() const {
    std::uint64_t status = 0;
    for (unsigned lock = 0; lock < kLocks; ++lock)
        if (registers_.value(Map::kLock, lock) != 0)
            status |= std::uint64_t{1} << lock;
    return status;
}

std::vector<std::pair<std::string, std::uint64_t>> Spinlock::statistics() const {
    return {{"taken", taken_}, {"refused", refused_}};
}

std::vector<RegisterInfo> Spinlock::describe() { return describe_registers(Map::rows); }

void register_spinlock(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "spinlock";
    kind.description = "32 hardware spinlocks; target sockets \"a\", \"b\", \"c\" and \"d\" show the same locks";
    kind.document = "docs/boards.md, section Hardware spinlocks";
    kind.registers = Spinlock::describe();
    kind.address_size = Spinlock::kSpan;
    kind.make = [](const char* name, const Configuration&, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Spinlock>(name));
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "hwlock";
        tree.compatible = {"medley,hwspinlock"};
        tree.cells = {{"#hwlock-cells", {1}}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
