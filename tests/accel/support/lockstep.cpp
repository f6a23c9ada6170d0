#include "tests/accel/support/lockstep.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

namespace medley::test {
namespace {

using Kind = LockstepEvent::Kind;

/// One side at work.
class Runner {
public:
    Runner(const LockstepProgram& program, const LockstepSide& side, const AcceleratorKind& kind)
        : side_(side), machine_(program.make_core, kind, side.options), random_(side.seed) {
        for (const auto& piece : program.pieces)
            machine_.load(piece.address, piece.bytes);
        machine_.core->reset(program.entry);
        for (const auto& [slot, value] : program.registers)
            machine_.set(slot, value);
        machine_.flush_tlb({});
        if (!side.breakpoints.empty())
            machine_.accelerator->set_breakpoints(side.breakpoints);
    }

    [[nodiscard]] LockstepMachine& machine() { return machine_; }
    [[nodiscard]] bool waits() const { return waits_; }
    [[nodiscard]] const std::string& broken() const { return broken_; }

    /// Runs to the event, in pieces; less far when the core waits for an interrupt.
    void advance(const LockstepEvent& to) {
        waits_ = false;
        // A breakpoint that is reached beyond the event is in front of the safepoint that is looked for.
        while (!waits_ && (machine_.total < to.after || (between_safepoints_ && !to.exact)))
            advance_once(to);
    }

    void apply(const LockstepEvent& event) {
        switch (event.kind) {
        case Kind::Interrupt: machine_.core->set_interrupt(event.line, event.level); break;
        case Kind::Write: memory().write_from_outside(event.address, event.value); break;
        case Kind::Flush: machine_.flush_tlb({}); break;
        case Kind::ClearExclusive: machine_.accelerator->clear_exclusive(); break;
        case Kind::Revoke: memory().revoke(event.address); break;
        case Kind::Barrier: machine_.instruction_barrier(); break;
        }
        machine_.attend();
    }
    [[nodiscard]] LockstepMemory& memory() { return static_cast<LockstepMemory&>(machine_.memory()); }

private:
    void advance_once(const LockstepEvent& to) {
        const auto left = machine_.total < to.after ? to.after - machine_.total : 1;
        // Only a run ends at the safepoint that is asked for, and only a step at an exact count.
        bool step = to.exact;
        auto count = left;
        if (side_.seed != 0) {
            if (random_() % 2 != 0)
                count = 1 + random_() % std::min<std::uint64_t>(left, random_() % 3 == 0 ? 3 : left);
            if (count < left && random_() % 2 != 0)
                step = true;
        }
        machine_.running = true;
        const auto result = step ? machine_.accelerator->step(count) : machine_.accelerator->run(count);
        machine_.running = false;
        machine_.total += result.executed;
        check(result, count, step);
        waits_ = result.why == ExitReason::WaitForInterrupt;
        between_safepoints_ = result.why == ExitReason::Breakpoint;
        if (result.why == ExitReason::Attention)
            machine_.attend();
    }

    void check(const RunResult& result, std::uint64_t count, bool step) {
        const bool enough = result.executed >= count;
        if (result.why == ExitReason::Budget && (!enough || (step && result.executed != count)))
            broken_ = fmt::format("{} of {} instructions when the budget was spent", result.executed, count);
        if (step && result.executed > count)
            broken_ = fmt::format("a step of {} instructions executed {}", count, result.executed);
    }

    LockstepSide side_;
    LockstepMachine machine_;
    std::mt19937_64 random_;
    bool waits_ = false;
    bool between_safepoints_ = false;
    std::string broken_;
};

std::string bits_of_slot(LockstepMachine& machine, const Slot& slot) {
    std::string text;
    for (auto i = size_of(slot.type); i-- > 0;)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(machine.core->state()[slot.offset + i]));
    return text;
}

std::string slot_differences(LockstepMachine& one, LockstepMachine& other) {
    std::string text;
    for (const auto& slot : one.core->layout().slots())
        if (std::memcmp(one.core->state() + slot.offset, other.core->state() + slot.offset, size_of(slot.type)) != 0)
            text += fmt::format("\n  {}: {} and {}", slot.name, bits_of_slot(one, slot), bits_of_slot(other, slot));
    return text;
}

std::string memory_differences(const std::vector<std::byte>& one, const std::vector<std::byte>& other, Address base) {
    if (one == other)
        return "";
    const auto at = static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin()).first - one.begin());
    return fmt::format("\n  memory from {:#x} on: {:02x} and {:02x}", base + at, std::to_integer<unsigned>(one[at]),
                       std::to_integer<unsigned>(other[at]));
}

std::string differences(Runner& one, Runner& other) {
    std::string text = one.broken().empty() ? other.broken() : one.broken();
    auto& a = one.machine();
    auto& b = other.machine();
    if (a.total != b.total || one.waits() != other.waits())
        text += fmt::format("\n  executed: {}{} and {}{}", a.total, one.waits() ? ", waits" : "", b.total, other.waits() ? ", waits" : "");
    text += slot_differences(a, b);
    text += memory_differences(one.memory().ram, other.memory().ram, lockstep_map::kRam);
    text += memory_differences(one.memory().slow, other.memory().slow, lockstep_map::kSlow);
    if (a.events() != b.events()) {
        text += "\n  what was seen outside; the last traps of each:";
        for (const auto& event : a.last_events())
            text += "\n    " + event;
        text += "\n    and";
        for (const auto& event : b.last_events())
            text += "\n    " + event;
    }
    return text;
}

/// After a wait that nothing ended, the clock goes on to the next event.
void pass_time(Runner& runner, const LockstepEvent& to) {
    if (runner.waits())
        runner.machine().total = std::max(runner.machine().total, to.after);
}

} // namespace

std::string LockstepSide::name() const {
    std::string text = accelerator;
    for (const auto& [option, value] : options)
        text += " " + option + "=" + value;
    if (seed != 0)
        text += fmt::format(" in pieces (seed {})", seed);
    if (!breakpoints.empty())
        text += " with breakpoints";
    return text;
}

std::optional<std::string> Lockstep::run(const LockstepProgram& program, std::uint64_t* executed) const {
    std::vector<std::unique_ptr<Runner>> runners;
    for (const auto& side : sides_) {
        const auto* kind = registry_.accelerators.find(side.accelerator);
        runners.push_back(std::make_unique<Runner>(program, side, *kind));
    }
    auto& first = *runners.front();
    for (const auto& event : program.events) {
        for (auto& runner : runners)
            runner->advance(event);
        for (std::size_t i = 1; i < runners.size(); ++i)
            if (const auto text = differences(first, *runners[i]); !text.empty())
                return fmt::format("before the event at {}: {} | {}:{}", event.after, sides_[0].name(), sides_[i].name(), text);
        if (executed != nullptr)
            *executed = first.machine().total;
        for (auto& runner : runners) {
            pass_time(*runner, event);
            runner->apply(event);
        }
    }
    return std::nullopt;
}

// --- shrinking

/// Takes away as many items as possible, in chunks that get smaller.
template <class Item, class Apply>
void Lockstep::shrink_list(LockstepProgram& program, std::vector<Item>& list, Apply apply) const {
    for (std::size_t chunk = std::max<std::size_t>(list.size() / 2, 1);; chunk /= 2) {
        for (std::size_t at = 0; at < list.size();) {
            const auto before = list;
            const auto count = std::min(chunk, list.size() - at);
            const bool changed = apply(list, at, count);
            if (changed && fails(program))
                at += list.size() == before.size() ? count : 0;
            else {
                list = before;
                at += count;
            }
        }
        if (chunk <= 1)
            return;
    }
}

LockstepProgram Lockstep::shrink(LockstepProgram program) const {
    const auto erase = [](auto& list, std::size_t at, std::size_t count) {
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at), list.begin() + static_cast<std::ptrdiff_t>(at + count));
        return !list.empty();
    };
    const auto blank = [](std::vector<LockstepPiece>& list, std::size_t at, std::size_t count) {
        bool changed = false;
        for (auto i = at; i < at + count; ++i) {
            changed = changed || (!list[i].instead.empty() && list[i].bytes != list[i].instead);
            if (!list[i].instead.empty())
                list[i].bytes = list[i].instead;
        }
        return changed;
    };
    for (int round = 0; round < 2; ++round) {
        shrink_list(program, program.events, erase);
        shrink_list(program, program.pieces, blank);
    }
    return program;
}

std::string Lockstep::describe(const LockstepProgram& program) const {
    auto text = fmt::format("program {}, seed {}\n", program.name, program.seed);
    for (const auto& side : sides_)
        text += "  on " + side.name() + "\n";
    for (const auto& event : program.events)
        text += fmt::format("  event {} after {}{}: line {} {} address {:#x} value {:#x}\n", static_cast<int>(event.kind), event.after,
                            event.exact ? " exactly" : "", event.line, event.level, event.address, event.value);
    LockstepMachine machine(program.make_core, *registry_.accelerators.find(sides_.front().accelerator), {});
    for (const auto& piece : program.pieces) {
        if (piece.instead.empty() || piece.bytes == piece.instead)
            continue;
        unsigned length = 0;
        text += fmt::format("  {:#x}: ", piece.address);
        for (std::size_t at = 0; at < piece.bytes.size(); at += std::max(length, 1U))
            text += machine.core->disassemble(piece.address + at, std::span(piece.bytes).subspan(at), length) + "; ";
        text += "\n";
    }
    return text;
}

} // namespace medley::test
