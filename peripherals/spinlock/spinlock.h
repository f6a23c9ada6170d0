/// \file
/// Hardware spinlocks after docs/boards.md, section "Hardware spinlocks". The ports "a" to "d" are the same locks on up to four buses.
#pragma once

#include "medley/periph/register_block.h"

#include <cstdint>

namespace medley::periph {

class Spinlock : public Peripheral {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    explicit Spinlock(const sc_core::sc_module_name& name);

    void reset() override { registers_.reset(); }
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    struct Map;

    std::uint64_t take(unsigned lock);
    void release(unsigned lock, std::uint64_t value);
    [[nodiscard]] std::uint64_t status() const;

    /// The value of a lock is 1 while it is taken.
    RegisterBlock<Spinlock> registers_;
    std::uint64_t taken_ = 0;
    std::uint64_t refused_ = 0;
};

void register_spinlock(PeripheralRegistry& registry);

} // namespace medley::periph
