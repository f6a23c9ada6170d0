#include "accel/jit/x64/thunks.h"
#include "accel/jit/x64/value_moves.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace medley::accel::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Type;

namespace {

constexpr std::array kCalleeSaved{x86::rbx, x86::rbp, x86::r12, x86::r13, x86::r14, x86::r15};
/// The host's exception flags in its floating-point control register.
constexpr std::uint32_t kHostFlags = 0x3f;

class Maker {
public:
    Maker(CodeArena& arena, Frame& frame, const Pins& pins) : arena_(arena), frame_(frame), pins_(pins) {
        a.begin(arena.room(), arena.next());
    }

    Thunks make() {
        Thunks thunks;
        common_exit_ = a.newLabel();
        exit_with_state_ = a.newLabel();
        const auto enter = emit_enter();
        emit_exit();
        const auto link = a.newLabel();
        const auto go = emit_go_or_link(link);
        const auto stop = leave(Leave::ExitStop, false, true);
        const auto fault = leave(Leave::Fault, false, true);
        const auto apart = leave(Leave::Apart, false, true);
        const auto cut = leave(Leave::Cut, false, false);
        const auto safepoint_at = leave(Leave::Safepoint, true, false);
        const auto miss = here();
        a.xor_(x86::rax, at_address(frame_.jumps.mode_address(), 8));
        static_cast<void>(leave(Leave::Lookup, true, false));
        const auto stop_at = leave(Leave::Stop, true, true);
        const auto memory = bridge(&with_flags<&callout_memory>);
        const auto prepare = bridge(&with_flags<&callout_prepare>);
        const auto helper = bridge(&with_flags<&callout_helper>);
        const auto value = bridge(&with_flags<&callout_value>);
        const auto poll = bridge(&with_flags<&callout_poll>, {.site = false});
        const auto flags = bridge(&with_flags<&callout_nothing>, {.site = false});
        const auto resync = bridge(&with_flags<&callout_resync>, {.scratch = false});
        const auto trace = bridge(&with_flags<&callout_trace>);
        const auto settle = bridge(&with_flags<&callout_settle>);
        const auto sync = here();
        emit_sync_flags();
        a.ret();
        place();
        thunks.enter = reinterpret_cast<void (*)(const void*)>(reinterpret_cast<std::uintptr_t>(address(enter)));
        thunks.leave_link = address(link);
        thunks.leave_stop = address(stop);
        thunks.leave_fault = address(fault);
        thunks.leave_apart = address(apart);
        thunks.leave_cut = address(cut);
        thunks.leave_safepoint_at = address(safepoint_at);
        thunks.leave_miss = address(miss);
        thunks.leave_stop_at = address(stop_at);
        thunks.go_or_link = address(go);
        thunks.memory = address(memory);
        thunks.prepare = address(prepare);
        thunks.helper = address(helper);
        thunks.value = address(value);
        thunks.poll = address(poll);
        thunks.flags = address(flags);
        thunks.resync = address(resync);
        thunks.trace = address(trace);
        thunks.settle = address(settle);
        thunks.sync_flags = address(sync);
        return thunks;
    }

private:
    asmjit::Label here() {
        const auto label = a.newLabel();
        a.bind(label);
        return label;
    }
    [[nodiscard]] Thunks::Code address(const asmjit::Label& label) const { return base_ + a.offset_of(label); }

    void place() {
        MEDLEY_ASSERT(!errors_.full() && a.is_complete(), "the thunks do not fit");
        base_ = arena_.append(a.offset());
        arena_.divide();
    }

    template <class Body>
    void each_pin(Body body) {
        for (const auto slot : pins_.pinned()) {
            const auto& place = pins_[slot];
            body(place, x86::ptr(kState, place.displacement, ir::size_of(place.type)));
        }
    }
    /// Floats are in the state block already where no code has used any.
    void spill_pins() {
        each_pin([this](const SlotPlace& place, const Mem& memory) {
            if (place.integer >= 0)
                a.mov(memory, sized(x86::gpq(static_cast<unsigned>(place.integer)), place.type));
        });
        when_floats_were_used([this] {
            each_pin([this](const SlotPlace& place, const Mem& memory) {
                if (place.integer < 0)
                    store(a, memory, x86::xmm(static_cast<unsigned>(place.floating)));
            });
        });
    }
    template <class Body>
    void when_floats_were_used(Body body) {
        const auto unused = a.newLabel();
        a.cmp(at_address(&frame_.floats_used, 1), 0);
        a.je(unused);
        body();
        a.bind(unused);
    }
    void load_pins() {
        each_pin([this](const SlotPlace& place, const Mem& memory) {
            if (place.integer >= 0)
                a.mov(sized(x86::gpq(static_cast<unsigned>(place.integer)), place.type), memory);
            else
                load(a, x86::xmm(static_cast<unsigned>(place.floating)), memory);
        });
    }

    asmjit::Label emit_enter() {
        const auto label = here();
        for (const auto& reg : kCalleeSaved)
            a.push(reg);
        a.sub(x86::rsp, 8);
        a.mov(at_address(&frame_.host_stack, 8), x86::rsp);
        a.stmxcsr(at_address(&frame_.host_control, 4));
        a.ldmxcsr(at_address(&frame_.clean_control, 4));
        a.mov(at_address(&frame_.floats_used, 1), 0);
        a.mov(kState, static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(frame_.core.state())) + kStateBias);
        a.mov(kWindow, at_address(&frame_.memory.window, 8));
        a.mov(kCounter, at_address(&frame_.left, 8));
        a.mov(x86::rax, x86::rdi);
        a.mov(x86::esp, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(frame_.stack_top())));
        load_pins();
        a.jmp(x86::rax);
        return label;
    }

    void emit_exit() {
        a.bind(common_exit_);
        spill_pins();
        a.mov(at_address(&frame_.left, 8), kCounter);
        emit_sync_flags();
        a.bind(exit_with_state_);
        a.mov(x86::rsp, at_address(&frame_.host_stack, 8));
        a.ldmxcsr(at_address(&frame_.host_control, 4));
        a.add(x86::rsp, 8);
        for (auto reg = kCalleeSaved.rbegin(); reg != kCalleeSaved.rend(); ++reg)
            a.pop(*reg);
        a.ret();
    }

    /// Scratch registers other than rax are free where code leaves.
    void pop_site() {
        a.pop(x86::rcx);
        a.mov(at_address(&frame_.site, 4), x86::ecx);
    }

    asmjit::Label leave(Leave why, bool with_address, bool with_site) {
        const auto label = here();
        if (with_site)
            pop_site();
        if (with_address) {
            const auto slot = frame_.core.layout().program_counter;
            const auto type = pins_[slot].type;
            a.mov(x86::ptr(kState, pins_[slot].displacement, ir::size_of(type)), sized(x86::rax, type));
        }
        a.mov(at_address(&frame_.leave, 4), static_cast<std::uint32_t>(why));
        a.jmp(common_exit_);
        return label;
    }

    /// A far exit was linked, but not for this mode; or it is a safepoint at which the counter has run out. Includes leave_link.
    asmjit::Label emit_go_or_link(const asmjit::Label& link) {
        const auto label = here();
        const auto miss = a.newLabel();
        a.test(kCounter, kCounter);
        a.jle(link);
        pop_site();
        static_assert(sizeof(ExitSite) == 24, "the number is multiplied by 3, then by 8");
        a.lea(x86::rcx, x86::ptr(x86::rcx, x86::rcx, 1));
        a.mov(x86::rdx, at_address(&frame_.exit_base, 8));
        a.mov(x86::rax, x86::ptr(x86::rdx, x86::rcx, 3, offsetof(ExitSite, target)));
        emit_jump_lookup(a, frame_, x86::rax, x86::rcx, miss);
        a.bind(link);
        pop_site();
        a.bind(miss);
        a.mov(at_address(&frame_.leave, 4), static_cast<std::uint32_t>(Leave::Link));
        a.jmp(common_exit_);
        return label;
    }

    /// Adds the host's exception flags to the guest's; all registers are kept. Reading the host's control register takes longer than all the
    /// rest of a call, on some hosts.
    void emit_sync_flags() {
        const auto done = a.newLabel();
        a.cmp(at_address(&frame_.floats_used, 1), 0);
        a.je(done);
        const auto slot = frame_.core.layout().float_flags;
        const auto flags = slot == StateLayout::kNone ? at_address(frame_.slots.float_flags, 4) : x86::ptr(kState, pins_[slot].displacement, 4);
        a.stmxcsr(at_address(&frame_.now_control, 4));
        a.test(at_address(&frame_.now_control, 1), kHostFlags);
        a.jz(done);
        a.push(x86::rax);
        a.mov(x86::eax, at_address(&frame_.now_control, 4));
        a.and_(x86::eax, kHostFlags);
        a.movzx(x86::eax, x86::ptr_abs(reinterpret_cast<std::uintptr_t>(frame_.flag_table.data()), x86::rax, 0, 1));
        a.or_(flags, x86::eax);
        a.pop(x86::rax);
        a.ldmxcsr(at_address(&frame_.clean_control, 4));
        a.bind(done);
    }

    /// C++ finds the host as it was left, where that is different: to nearest.
    void emit_restore_rounding() {
        constexpr std::uint32_t kRounding = host_rounding(Rounding::TowardZero);
        const auto done = a.newLabel();
        a.test(at_address(&frame_.clean_control, 4), kRounding);
        a.jz(done);
        a.ldmxcsr(at_address(&frame_.host_control, 4));
        a.bind(done);
    }

    struct With {
        bool site = true;
        bool scratch = true; ///< Scratch registers are kept.
    };
    asmjit::Label bridge(Callout callout, With with = {true, true}) {
        const auto label = here();
        if (with.scratch)
            for (const auto& reg : kScratch)
                a.mov(at_address(&frame_.saved_integers[reg.id()], 8), reg);
        if (with.site) {
            a.mov(x86::eax, x86::ptr(x86::rsp, 8, 4));
            a.mov(at_address(&frame_.site, 4), x86::eax);
        }
        if (with.scratch)
            when_floats_were_used([this] {
                for (unsigned i = 0; i < kFloatScratch; ++i)
                    a.movups(at_address(&frame_.saved_floats[i], 16), x86::xmm(i));
            });
        spill_pins();
        a.mov(at_address(&frame_.left, 8), kCounter);
        emit_sync_flags();
        emit_restore_rounding();
        a.mov(at_address(&frame_.code_stack, 8), x86::rsp);
        a.mov(x86::rsp, at_address(&frame_.host_stack, 8));
        a.mov(x86::edi, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&frame_)));
        a.mov(x86::rax, reinterpret_cast<std::uintptr_t>(callout));
        a.call(x86::rax);
        a.ldmxcsr(at_address(&frame_.clean_control, 4)); // The host's flags come from C++ and mean nothing.
        a.test(x86::eax, x86::eax);
        a.jnz(exit_with_state_);
        a.mov(x86::rsp, at_address(&frame_.code_stack, 8));
        a.mov(kCounter, at_address(&frame_.left, 8));
        a.mov(kWindow, at_address(&frame_.memory.window, 8));
        load_pins();
        if (with.scratch) {
            when_floats_were_used([this] {
                for (unsigned i = 0; i < kFloatScratch; ++i)
                    a.movups(x86::xmm(i), at_address(&frame_.saved_floats[i], 16));
            });
            for (const auto& reg : kScratch)
                a.mov(reg, at_address(&frame_.saved_integers[reg.id()], 8));
        }
        if (with.site)
            a.ret(8);
        else
            a.ret();
        return label;
    }

    CodeArena& arena_;
    Frame& frame_;
    const Pins& pins_;
    EmissionErrors errors_;
    Assembler a{errors_};
    asmjit::Label common_exit_;
    asmjit::Label exit_with_state_; ///< The guest state is in memory already.
    Thunks::Code base_ = nullptr;
};

/// Host flags: invalid, denormal, divide by zero, overflow, underflow, precision, from bit 0 on.
std::uint8_t guest_flags(std::uint32_t host) {
    std::uint8_t flags = 0;
    flags |= bit(host, 0) ? float_flag::kInvalid : 0;
    flags |= bit(host, 2) ? float_flag::kDivideByZero : 0;
    flags |= bit(host, 3) ? float_flag::kOverflow : 0;
    flags |= bit(host, 4) ? float_flag::kUnderflow : 0;
    flags |= bit(host, 5) ? float_flag::kInexact : 0;
    return flags;
}

} // namespace

Thunks make_thunks(CodeArena& arena, Frame& frame, const Pins& pins) {
    frame.clean_control = kCleanControl;
    for (std::uint32_t host = 0; host < frame.flag_table.size(); ++host)
        frame.flag_table[host] = guest_flags(host);
    return Maker(arena, frame, pins).make();
}

} // namespace medley::accel::jit::x64
