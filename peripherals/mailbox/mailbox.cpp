#include "peripherals/mailbox/mailbox.h"

#include <utility>

namespace medley::periph {

namespace {

constexpr std::uint64_t kRxNotEmpty = 1 << 0;   // STATUS and IRQ_STATUS
constexpr std::uint64_t kTxFull = 1 << 1;       // STATUS
constexpr std::uint64_t kTxEmpty = 1 << 2;
constexpr std::uint64_t kRxFull = 1 << 3;
constexpr std::uint64_t kIrqTxEmpty = 1 << 1;   // IRQ_STATUS
constexpr std::uint64_t kIrqDoorbell = 1 << 2;
constexpr std::uint64_t kIrqError = 1 << 3;

} // namespace

struct Mailbox::Side::Map {
    static constexpr std::array rows{
        //        offset name              reset       write                                     on read            on write
        Reg<Side>{0x00, "ID",             0x4d424f58, kReadOnly,                                nullptr,           nullptr,
                  "identifies the device: \"MBOX\""},
        Reg<Side>{0x04, "STATUS",         0x4,        kReadOnly,                                &Side::status,     nullptr,
                  "bit 0 RX not empty, bit 1 TX full, bit 2 TX empty, bit 3 RX full"},
        Reg<Side>{0x08, "TX",             0,          write_only(),                             nullptr,           &Side::send,
                  "pushes a word to the other side; dropped, with the error bit set, when full"},
        Reg<Side>{0x0c, "RX",             0,          kReadOnly,                                &Side::receive,    nullptr,
                  "pops a word; 0, with the error bit set, when empty"},
        Reg<Side>{0x10, "IRQ_STATUS",     0,          write_one_clears(kIrqDoorbell | kIrqError), &Side::irq_status, &Side::irq_changed,
                  "bit 0 RX not empty (level), bit 1 TX empty (level), bit 2 doorbell, bit 3 error"},
        Reg<Side>{0x14, "IRQ_ENABLE",     0,          0xf,                                      nullptr,           &Side::irq_changed,
                  "bits of IRQ_STATUS that raise the interrupt"},
        Reg<Side>{0x18, "DOORBELL",       0,          write_only(),                             nullptr,           &Side::ring,
                  "sets the other side's doorbell bit and DOORBELL_VALUE"},
        Reg<Side>{0x1c, "DOORBELL_VALUE", 0,          kReadOnly,                                nullptr,           nullptr,
                  "the value last written to the other side's DOORBELL"},
        Reg<Side>{0x20, "LEVELS",         0,          kReadOnly,                                &Side::levels,     nullptr,
                  "bits 7:0 words in RX, bits 15:8 words in TX"},
    };
    static_assert(well_formed(rows));
    static constexpr auto kRx = row_of(rows, "RX");
    static constexpr auto kIrqStatus = row_of(rows, "IRQ_STATUS");
    static constexpr auto kIrqEnable = row_of(rows, "IRQ_ENABLE");
    static constexpr auto kDoorbellValue = row_of(rows, "DOORBELL_VALUE");
};

Mailbox::Side::Side(const char* name)
    : registers_(name, *this, Map::rows, {.sizes = kWords, .holes = Holes::Error, .span = kSpan, .latency = 0}) {}

void Mailbox::Side::reset() {
    registers_.reset();
    inbox_.clear();
}

std::uint64_t Mailbox::Side::status() const {
    return (inbox_.empty() ? 0 : kRxNotEmpty) | (peer_->inbox_.size() == kDepth ? kTxFull : 0) |
           (peer_->inbox_.empty() ? kTxEmpty : 0) | (inbox_.size() == kDepth ? kRxFull : 0);
}

std::uint64_t Mailbox::Side::irq_status() const {
    return registers_.value(Map::kIrqStatus) | (inbox_.empty() ? 0 : kRxNotEmpty) |
           (peer_->inbox_.empty() ? kIrqTxEmpty : 0);
}

std::uint64_t Mailbox::Side::levels() const { return inbox_.size() | (peer_->inbox_.size() << 8); }

void Mailbox::Side::send(std::uint64_t word) {
    if (peer_->inbox_.size() == kDepth) {
        raise(kIrqError);
        return;
    }
    peer_->inbox_.push_back(static_cast<std::uint32_t>(word));
    ++words_sent_;
    update();
    peer_->update();
}

std::uint64_t Mailbox::Side::receive() {
    if (inbox_.empty()) {
        raise(kIrqError);
        return 0;
    }
    const auto word = inbox_.front();
    inbox_.pop_front();
    update();
    peer_->update();
    return word;
}

void Mailbox::Side::ring(std::uint64_t value) {
    peer_->registers_.value(Map::kDoorbellValue) = value;
    peer_->raise(kIrqDoorbell);
}

void Mailbox::Side::raise(std::uint64_t status_bit) {
    registers_.value(Map::kIrqStatus) |= status_bit;
    update();
}

void Mailbox::Side::update() {
    registers_.value(Map::kRx) = inbox_.empty() ? 0 : inbox_.front();
    irq_.set((irq_status() & registers_.value(Map::kIrqEnable)) != 0);
}

Mailbox::Mailbox(const sc_core::sc_module_name& name) : Peripheral(name) {
    a_.connect(b_);
    b_.connect(a_);
    add_port("a", a_.socket());
    add_port("b", b_.socket());
    add_port("a", a_.irq());
    add_port("b", b_.irq());
}

void Mailbox::reset() {
    a_.reset();
    b_.reset();
    a_.irq().set(false);
    b_.irq().set(false);
}

std::vector<std::pair<std::string, std::uint64_t>> Mailbox::statistics() const {
    return {{"words_a_to_b", a_.words_sent()}, {"words_b_to_a", b_.words_sent()}};
}

std::vector<RegisterInfo> Mailbox::describe() { return describe_registers(Side::Map::rows); }

void register_mailbox(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "mailbox";
    kind.description = "Two FIFOs of eight words and doorbells between two sides; target sockets \"a\" and \"b\", interrupt "
                       "outputs \"a\" and \"b\"";
    kind.document = "docs/boards.md, section Mailbox";
    kind.registers = Mailbox::describe();
    kind.address_size = Mailbox::kSpan;
    kind.make = [](const char* name, const Configuration&, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Mailbox>(name));
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "mailbox";
        tree.compatible = {"medley,mailbox"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
