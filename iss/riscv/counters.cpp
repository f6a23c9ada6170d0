// Performance counters. A counter that runs holds the difference to its source, so that nothing has to be done for each
// instruction.
#include "iss/riscv/core.h"

#include "medley/base/bits.h"

namespace medley::iss::riscv {
namespace {

constexpr unsigned kCycle = 0;
constexpr unsigned kInstret = 2;

/// Values of mhpmevent; all others count nothing and are not stored (WARL). They are those of the SBI's general
/// hardware events.
constexpr std::uint64_t kEventCycles = 1;
constexpr std::uint64_t kEventInstructions = 2;

enum class Source : std::uint8_t { None, Cycles, Instructions };

Source source_of(const Csrs& csrs, unsigned index) {
    if (bit(csrs.mcountinhibit, index))
        return Source::None;
    if (index == kCycle || (index > kInstret && csrs.event[index] == kEventCycles))
        return Source::Cycles;
    if (index == kInstret || (index > kInstret && csrs.event[index] == kEventInstructions))
        return Source::Instructions;
    return Source::None;
}

} // namespace

std::uint64_t Core::counter_source(unsigned index) {
    switch (source_of(csr(), index)) {
    case Source::Cycles: return host_.cycles();
    case Source::Instructions: return host_.executed();
    case Source::None: break;
    }
    return 0;
}

std::uint64_t Core::counter(unsigned index) {
    return csr().counter[index] + counter_source(index);
}

void Core::set_counter(unsigned index, std::uint64_t value) {
    // The instruction that writes does not add to the value that it writes (Privileged 1.13, 3.1.11).
    const auto counts_itself = source_of(csr(), index) == Source::Instructions ? 1U : 0U;
    csr().counter[index] = value - counter_source(index) - counts_itself;
}

void Core::set_counter_inhibit(std::uint64_t value) {
    std::array<std::uint64_t, kCounters> values{};
    for (unsigned index = 0; index < kCounters; ++index)
        values[index] = counter(index);
    csr().mcountinhibit = value;
    for (unsigned index = 0; index < kCounters; ++index)
        csr().counter[index] = values[index] - counter_source(index);
}

void Core::set_counter_event(unsigned index, std::uint64_t event) {
    const auto value = counter(index);
    csr().event[index] = event == kEventCycles || event == kEventInstructions ? event : 0;
    csr().counter[index] = value - counter_source(index);
}

/// An instruction that traps does not retire (Privileged 1.13, 3.3.1), though the accelerator has counted it.
void Core::uncount_trapped_instruction() {
    if (!bit(csr().mcountinhibit, kInstret))
        --csr().counter[kInstret];
    for (unsigned index = kInstret + 1; index < kCounters; ++index)
        if (csr().event[index] == kEventInstructions && !bit(csr().mcountinhibit, index))
            --csr().counter[index];
}

} // namespace medley::iss::riscv
