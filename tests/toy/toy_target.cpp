#include "tests/toy/toy_target.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>

namespace medley::toy {

namespace {

using ir::Builder;
using ir::Opcode;
using ir::Type;
using ir::Value;

struct State {
    std::uint32_t r[8];
    std::uint32_t pc, vec, epc, cause, ie, attention;
};

enum Cause : std::uint32_t { kIllegal = 1, kBusError, kMisaligned, kInterrupt };
enum : ir::SlotId { kPc = 8, kVec, kEpc, kCause, kIe, kAttention };
enum : ir::HelperId { kSetInterruptEnable };

constexpr std::string_view kInputs[] = {"irq"};

StateLayout make_layout() {
    StateLayout layout;
    for (std::uint32_t i = 0; i < 8; ++i)
        layout.add({fmt::format("r{}", i), i * 4, Type::I32, SlotRole::General, static_cast<std::uint8_t>(i + 1)});
    const char* const names[] = {"pc", "vec", "epc", "cause", "ie", "attention"};
    for (std::uint32_t i = 0; i < std::size(names); ++i)
        layout.add({names[i], static_cast<std::uint32_t>(offsetof(State, pc)) + i * 4, Type::I32,
                    i == 0 ? SlotRole::ProgramCounter : SlotRole::System, 0});
    layout.size = sizeof(State);
    layout.program_counter = kPc;
    layout.attention = kAttention;
    return layout;
}

/// The fields of one instruction word.
struct Word {
    std::uint32_t bits;
    [[nodiscard]] unsigned op() const { return bits >> 24; }
    [[nodiscard]] ir::SlotId d() const { return bits >> 20 & 7; }
    [[nodiscard]] ir::SlotId a() const { return bits >> 16 & 7; }
    [[nodiscard]] ir::SlotId i_register() const { return bits & 7; }
    [[nodiscard]] std::uint32_t i() const { return static_cast<std::uint32_t>(sign_extend(bits, 16)); }
};

class Core final : public TargetCore {
public:
    explicit Core(CoreHost& host) : host_(host) {}

    [[nodiscard]] const StateLayout& layout() const override { return layout_; }
    [[nodiscard]] std::byte* state() override { return reinterpret_cast<std::byte*>(&state_); }
    [[nodiscard]] std::span<const Helper> helpers() const override { return helpers_; }

    void reset(Address entry) override {
        state_ = State{};
        state_.pc = static_cast<std::uint32_t>(entry);
    }

    [[nodiscard]] std::uint64_t translation_key() const override { return 0; }
    [[nodiscard]] LiftResult lift(Address start, const LiftLimits& limits, CodeReader& code, Builder& b) override;

    [[nodiscard]] Translation translate(Address address, unsigned, Access, unsigned) override {
        return {true, {}, address, true, true, true, true};
    }
    [[nodiscard]] unsigned fetch_mem_index() const override { return 0; }
    [[nodiscard]] std::uint64_t address_space() const override { return 0; }
    [[nodiscard]] std::optional<Address> translate_debug(Address address) override { return address; }

    void raise(const Fault& fault) override {
        enter(fault.kind == FaultKind::Bus ? kBusError : fault.kind == FaultKind::Alignment ? kMisaligned : fault.code);
    }
    void set_interrupt(unsigned, bool level) override {
        line_ = level;
        review();
    }
    bool take_interrupt() override {
        if (state_.attention == 0)
            return false;
        enter(kInterrupt);
        return true;
    }
    [[nodiscard]] bool wakes_up() const override { return line_; }
    void on_alarm(unsigned) override {}

    [[nodiscard]] std::string disassemble(Address, std::span<const std::byte> code, unsigned& length) const override {
        length = 4;
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < 4 && i < code.size(); ++i)
            word = word << 8 | std::to_integer<std::uint32_t>(code[i]);
        return fmt::format(".word {:#010x}", word);
    }

private:
    void enter(std::uint32_t cause) {
        if (host_.tracing_events())
            host_.trace_event(cause == kInterrupt, fmt::format("cause {}", cause));
        state_.epc = state_.pc;
        state_.cause = cause;
        state_.pc = state_.vec;
        state_.ie = 0;
        review();
    }
    void review() { state_.attention = line_ && state_.ie != 0; }
    static std::uint64_t set_interrupt_enable(HelperContext& context, std::uint64_t value, std::uint64_t, std::uint64_t, std::uint64_t) {
        auto& core = static_cast<Core&>(*context.core);
        core.state_.ie = static_cast<std::uint32_t>(value);
        core.review();
        return 0;
    }

    CoreHost& host_;
    const StateLayout layout_ = make_layout();
    const Helper helpers_[1] = {{"set_interrupt_enable", set_interrupt_enable, Type::None, {Type::I32},
                                 helper_effect::kReadsState | helper_effect::kWritesState}};
    State state_{};
    bool line_ = false;
};

/// Emits the IR of one instruction.
class Lifter {
public:
    Lifter(Builder& b, Word word, std::uint32_t pc) : b_(b), word_(word), pc_(pc) {}

    void lift() {
        switch (word_.op()) {
        case 0x00: return put(constant(word_.i()));
        case 0x01: return put(b_.add(get(word_.a()), get(word_.i_register())));
        case 0x02: return put(b_.add(get(word_.a()), constant(word_.i())));
        case 0x03: return put(b_.sub(get(word_.a()), get(word_.i_register())));
        case 0x04: return put(b_.op(Opcode::Mul, {get(word_.a()), get(word_.i_register())}));
        case 0x05: return put(constant(word_.i() << 16));
        case 0x10: return put(b_.load(Type::I32, address(), kWord));
        case 0x11: return b_.store(address(), get(word_.d()), kWord);
        case 0x12: return put(b_.load(Type::I32, address(), ir::MemOp{}));
        case 0x13: return b_.store(address(), get(word_.d()), ir::MemOp{});
        case 0x20: return branch(Opcode::CompareEq);
        case 0x21: return branch(Opcode::CompareNe);
        case 0x22: return b_.go_to_computed(get(word_.a()));
        case 0x23:
            put(constant(pc_ + 4));
            return b_.go_to(target(), ir::JumpHint::Call);
        case 0x30: return b_.stop(pc_ + 4, ir::StopReason::WaitForInterrupt);
        case 0x31: return enable(word_.i(), constant(pc_ + 4));
        case 0x32: return enable(1, get(kEpc));
        case 0x33: return b_.put(kVec, get(word_.a()));
        case 0x34: return put(get(kCause));
        default: return b_.raise(kIllegal);
        }
    }

private:
    static constexpr ir::MemOp kWord{.size_log2 = 2, .big_endian = true, .require_alignment = true};

    Value get(ir::SlotId slot) { return b_.get(slot, Type::I32); }
    Value constant(std::uint32_t bits) { return b_.constant(Type::I32, bits); }
    Value address() { return b_.add(get(word_.a()), constant(word_.i())); }
    [[nodiscard]] std::uint32_t target() const { return pc_ + word_.i() * 4; }
    void put(Value value) { b_.put(word_.d(), value); }
    void branch(Opcode compare) { b_.branch(b_.op(compare, {get(word_.d()), get(word_.a())}), target(), pc_ + 4); }
    void enable(std::uint32_t value, Value next) {
        b_.call(kSetInterruptEnable, Type::None, {constant(value)});
        b_.stop_computed(next, ir::StopReason::Resync);
    }

    Builder& b_;
    Word word_;
    std::uint32_t pc_;
};

LiftResult Core::lift(Address start, const LiftLimits& limits, CodeReader& code, Builder& b) {
    auto pc = static_cast<std::uint32_t>(start);
    for (std::uint32_t count = 0; count < limits.max_instructions && pc < limits.end; ++count, pc += 4) {
        if (count > 0 && std::find(limits.stop_before.begin(), limits.stop_before.end(), pc) != limits.stop_before.end())
            break;
        const auto bytes = code.fetch(pc, 4);
        if (!bytes && count == 0)
            return {code.fault()};
        if (!bytes)
            break;
        b.instruction(pc, 4);
        Lifter(b, Word{__builtin_bswap32(static_cast<std::uint32_t>(*bytes))}, pc).lift();
        if (b.ended())
            return {};
    }
    b.go_to(pc);
    return {};
}

class ToyTarget final : public Target {
public:
    [[nodiscard]] std::string_view name() const override { return "toy"; }
    [[nodiscard]] std::string_view description() const override { return "a made-up big-endian instruction set"; }
    [[nodiscard]] std::vector<std::string> models() const override { return {"toy1"}; }
    [[nodiscard]] std::vector<ParameterInfo> parameters() const override { return {}; }
    [[nodiscard]] std::span<const std::string_view> interrupt_inputs() const override { return kInputs; }
    [[nodiscard]] std::span<const std::string_view> outputs() const override { return {}; }
    [[nodiscard]] std::unique_ptr<TargetCore> make_core(const CoreConfig& config, CoreHost& host) const override {
        if (config.model != "toy1")
            throw UserError(fmt::format("unknown model '{}' (there is: toy1)", config.model));
        return std::make_unique<Core>(host);
    }
    [[nodiscard]] CoreTree device_tree(const CoreConfig&) const override {
        return {{{"compatible", std::vector<std::string>{"medley,toy1"}}}, {}, 1, {0}};
    }
    [[nodiscard]] ImagePlacement placement(const CoreConfig&) const override { return {0, 0, 4, 0}; }
    [[nodiscard]] BootPlan boot(const CoreConfig&, const BootRequest& request) const override {
        return {{}, request.program ? request.program->entry : request.rom, {}};
    }
    [[nodiscard]] std::string model_for_elf(std::uint16_t, bool, std::uint32_t) const override { return {}; }
};

} // namespace

void register_toy(CpuRegistry& registry) { registry.targets.add(std::make_unique<ToyTarget>()); }

} // namespace medley::toy
