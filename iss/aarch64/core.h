/// \file
/// One processing element: state block, decoder and lifter (this class), and everything else (System).
#pragma once

#include "iss/aarch64/config.h"
#include "iss/aarch64/decode/tables.h"
#include "iss/aarch64/state.h"
#include "iss/aarch64/sys.h"
#include "medley/cpu/target.h"

#include <memory>
#include <vector>

namespace medley::iss::aarch64 {

class Core final : public TargetCore {
public:
    Core(const Config& config, CoreHost& host);

    [[nodiscard]] const StateLayout& layout() const override { return layout_; }
    [[nodiscard]] std::byte* state() override { return reinterpret_cast<std::byte*>(&state_); }
    [[nodiscard]] std::span<const Helper> helpers() const override { return helpers_; }
    void reset(Address entry) override { system_.reset(config_.has_reset_vector ? config_.reset_vector : entry); }
    void start(Address entry, std::uint64_t argument) override { system_.start(entry, argument); }
    void state_written() override { system_.state_written(); }
    [[nodiscard]] std::uint64_t translation_key() const override { return system_.lift_mode().encode(); }
    [[nodiscard]] LiftResult lift(Address start, const LiftLimits& limits, CodeReader& code,
                                  ir::Builder& builder) override;
    [[nodiscard]] Translation translate(Address address, unsigned size, Access access, unsigned mem_index) override {
        return system_.translate(address, size, access, mem_index);
    }
    [[nodiscard]] unsigned fetch_mem_index() const override { return system_.fetch_mem_index(); }
    [[nodiscard]] std::uint64_t address_space() const override { return system_.address_space(); }
    [[nodiscard]] std::optional<Address> translate_debug(Address address) override {
        return system_.translate_debug(address);
    }
    [[nodiscard]] bool secure() const override { return system_.secure_now(); }
    void raise(const Fault& fault) override;
    void set_interrupt(unsigned line, bool level) override { system_.set_interrupt(line, level); }
    bool take_interrupt() override { return system_.take_interrupt(); }
    [[nodiscard]] bool wakes_up() const override { return system_.wakes_up(); }
    [[nodiscard]] bool waits_for_memory() const override { return system_.waits_for_memory(); }
    void on_alarm(unsigned id) override { system_.on_alarm(id); }
    void hear(const Broadcast& message) override { system_.hear(message); }
    [[nodiscard]] std::string disassemble(Address address, std::span<const std::byte> code,
                                          unsigned& length) const override;

    [[nodiscard]] System& system() { return system_; }
    [[nodiscard]] const Config& config() const { return config_; }

private:
    Config config_;
    StateLayout layout_;
    std::vector<Helper> helpers_;
    std::shared_ptr<const DecodeTables> decode_;
    alignas(16) State state_;
    System system_;
};

/// The core that a helper is called for.
[[nodiscard]] inline Core& core_of(HelperContext& context) {
    return static_cast<Core&>(*context.core);
}

} // namespace medley::iss::aarch64
