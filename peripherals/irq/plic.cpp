#include "peripherals/irq/plic.h"

#include "medley/base/error.h"

#include <bit>
#include <string>

namespace medley::periph {

namespace {

constexpr unsigned kMaximumSources = 1023, kMaximumContexts = 1024;
constexpr unsigned kWordsPerContext = 32;
constexpr std::uint64_t kSpan = 0x600000;
constexpr std::size_t kPriority = 0, kEnable = 2, kThreshold = 3, kClaim = 4;

// PLIC 1.0.0, section 3 "Memory Map".
constexpr std::array kTable{
    Reg<Plic>{0x000000, "PRIORITY", 0, 0xffffffff, nullptr, &Plic::write_priority, "priority of each source; 0: never interrupts",
              {.count = kMaximumSources + 1}},
    Reg<Plic>{0x001000, "PENDING", 0, kReadOnly, &Plic::read_pending, nullptr, "one bit for each source", {.count = kWordsPerContext}},
    Reg<Plic>{0x002000, "ENABLE", 0, 0xffffffff, nullptr, &Plic::write_enable, "one bit for each source; 32 words for each context",
              {.count = kMaximumContexts * kWordsPerContext}},
    Reg<Plic>{0x200000, "THRESHOLD", 0, 0xffffffff, nullptr, &Plic::write_threshold, "priorities up to this do not interrupt the context",
              {.count = kMaximumContexts, .stride = 0x1000}},
    Reg<Plic>{0x200004, "CLAIM", 0, 0xffffffff, &Plic::claim, &Plic::complete, "claims a source (read), completes it (write)",
              {.count = kMaximumContexts, .stride = 0x1000}},
};
static_assert(well_formed(kTable));

unsigned checked(const char* name, const Configuration& configuration, const std::string& parameter, unsigned maximum) {
    const auto value = configuration.number(parameter);
    if (value == 0 || value > maximum)
        throw UserError("plic '" + std::string(name) + "': " + parameter + " is " + std::to_string(value) + ", must be 1 to " +
                        std::to_string(maximum));
    return static_cast<unsigned>(value);
}

} // namespace

Plic::Plic(const sc_core::sc_module_name& name, const Configuration& configuration, const Services&)
    : RegisterPeripheral(name, kTable, {.sizes = kWords, .holes = Holes::ReadZero, .span = kSpan}),
      levels_(checked(name, configuration, "levels", 0x7fffffff)),
      sources_(checked(name, configuration, "sources", kMaximumSources) + 1) {
    const auto contexts = checked(name, configuration, "contexts", kMaximumContexts);
    registers().limit(kEnable, contexts * kWordsPerContext);
    registers().limit(kPriority, static_cast<unsigned>(sources_.size()));
    registers().limit(kThreshold, contexts);
    registers().limit(kClaim, contexts);
    for (unsigned source = 1; source < sources_.size(); ++source) {
        inputs_.emplace_back([this, source](bool level) { input_changed(source, level); });
        add_port(std::to_string(source), inputs_.back());
    }
    for (unsigned context = 0; context < contexts; ++context)
        add_port("context." + std::to_string(context), contexts_.emplace_back().output);
}

void Plic::reset() {
    RegisterPeripheral::reset();
    for (auto& source : sources_)
        source = {source.level, source.level, false, 0};
    for (auto& context : contexts_)
        context.threshold = 0;
    update();
}

void Plic::write_priority(unsigned source, std::uint64_t value) {
    auto& priority = sources_[source].priority;
    priority = source == 0 ? 0 : accepted_level(value, priority);
    registers().value(kPriority, source) = priority;
    update();
}

std::uint64_t Plic::read_pending(unsigned word) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 32 && word * 32 + i < sources_.size(); ++i)
        value |= std::uint64_t{sources_[word * 32 + i].pending} << i;
    return value;
}

void Plic::write_enable(unsigned element, std::uint64_t value) {
    const auto first = element % kWordsPerContext * 32;
    const auto existing = first < sources_.size() ? low_mask(static_cast<unsigned>(sources_.size()) - first) : 0;
    registers().value(kEnable, element) = value & existing & ~std::uint64_t{first == 0 ? 1U : 0U};
    update();
}

void Plic::write_threshold(unsigned context, std::uint64_t value) {
    auto& threshold = contexts_[context].threshold;
    threshold = accepted_level(value, threshold);
    registers().value(kThreshold, context) = threshold;
    update();
}

/// The threshold has no say in claims (section 8).
std::uint64_t Plic::claim(unsigned context) {
    const auto source = best(context);
    if (source != 0) {
        sources_[source].pending = false;
        sources_[source].served = true;
        update();
    }
    return source;
}

void Plic::complete(unsigned context, std::uint64_t value) {
    registers().value(kClaim, context) = 0;
    if (value >= sources_.size() || !enabled(context, static_cast<unsigned>(value)))
        return;
    auto& source = sources_[value];
    if (!source.served)
        return;
    source.served = false;
    source.pending = source.level;
    update();
}

/// A request stays pending when the source takes it back before it is claimed (section 5).
void Plic::input_changed(unsigned number, bool level) {
    auto& source = sources_[number];
    source.level = level;
    if (!level || source.pending || source.served)
        return;
    source.pending = true;
    update();
}

bool Plic::enabled(unsigned context, unsigned source) const {
    return bit(registers().value(kEnable, context * kWordsPerContext + source / 32), source % 32);
}

/// The highest priority wins, then the lowest number.
unsigned Plic::best(unsigned context) const {
    unsigned result = 0;
    for (unsigned source = 1; source < sources_.size(); ++source)
        if (sources_[source].pending && sources_[source].priority > sources_[result].priority && enabled(context, source))
            result = source;
    return result;
}

/// Priorities are WARL: with 2^n levels the low bits count, else what is too large changes nothing.
unsigned Plic::accepted_level(std::uint64_t value, unsigned before) const {
    if (std::has_single_bit(levels_ + 1))
        return static_cast<unsigned>(value & levels_);
    return value <= levels_ ? static_cast<unsigned>(value) : before;
}

void Plic::update() {
    for (unsigned i = 0; i < contexts_.size(); ++i) {
        const auto source = best(i);
        contexts_[i].output.set(source != 0 && sources_[source].priority > contexts_[i].threshold);
    }
}

void register_plic(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "plic";
    kind.description = "platform-level interrupt controller with level-sensitive sources";
    kind.document = "RISC-V Platform-Level Interrupt Controller Specification 1.0.0";
    kind.parameters = {
        {"sources", ParameterType::Integer, "96", "interrupt sources: inputs 1 to this", false},
        {"contexts", ParameterType::Integer, "2", "interrupt targets: outputs context.N", false},
        {"levels", ParameterType::Integer, "7", "the highest priority", false},
    };
    kind.registers = describe_registers(kTable);
    kind.address_size = kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Plic>(name, configuration, services);
    };
    kind.tree = [](const Configuration& configuration) {
        TreeInfo tree;
        tree.node_name = "plic";
        tree.compatible = {"sifive,plic-1.0.0", "riscv,plic0"};
        tree.interrupt_controller = true;
        tree.interrupt_cells = 1;
        tree.cells = {{"#address-cells", {0}}, {"riscv,ndev", {static_cast<std::uint32_t>(configuration.number("sources"))}}};
        tree.extended_outputs = {"context"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
