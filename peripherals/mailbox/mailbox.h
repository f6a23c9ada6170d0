/// \file
/// Mailbox after docs/boards.md, section "Mailbox": two sides, each with a socket ("a", "b") and an interrupt output ("a", "b").
#pragma once

#include "medley/periph/register_block.h"

#include <array>
#include <deque>

namespace medley::periph {

class Mailbox : public Peripheral {
public:
    static constexpr std::uint64_t kSpan = 0x1000;

    explicit Mailbox(const sc_core::sc_module_name& name);

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    static constexpr std::size_t kDepth = 8;

    /// What one side sees. The words that wait for it are in its `inbox_`.
    class Side {
    public:
        explicit Side(const char* name);

        void connect(Side& peer) { peer_ = &peer; }
        void reset();
        [[nodiscard]] Peripheral::TargetSocket& socket() { return registers_.socket(); }
        [[nodiscard]] IrqOut& irq() { return irq_; }
        [[nodiscard]] std::uint64_t words_sent() const { return words_sent_; }

        struct Map;

    private:
        [[nodiscard]] std::uint64_t status() const;
        [[nodiscard]] std::uint64_t irq_status() const;
        [[nodiscard]] std::uint64_t levels() const;
        void send(std::uint64_t word);
        std::uint64_t receive();
        void ring(std::uint64_t value);
        void irq_changed(std::uint64_t) { update(); }

        void raise(std::uint64_t status_bit);
        /// Follows a change of an inbox: the word that debuggers see, and the interrupt.
        void update();

        RegisterBlock<Side> registers_;
        Side* peer_ = nullptr;
        std::deque<std::uint32_t> inbox_;
        IrqOut irq_;
        std::uint64_t words_sent_ = 0;
    };

    Side a_{"a"};
    Side b_{"b"};
};

void register_mailbox(PeripheralRegistry& registry);

} // namespace medley::periph
