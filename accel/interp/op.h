/// \file
/// The pre-decoded operations that the interpreter runs, and the machine they run on.
///
/// An operation is 32 bytes: the function that executes it, and operands as addresses of guest state slots, temporaries or
/// constants. Every handler reads all its operands before it writes, and reads and writes exactly the width of the type.
/// Operations with more to say are followed by one that only holds data.
#pragma once

#include "accel/common/core_slots.h"
#include "accel/common/memory_unit.h"
#include "accel/common/vector/vector.h"
#include "medley/cpu/helper.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace medley::accel::interp {

struct Op;
struct Machine;
struct Block;
struct Link;

/// Executes `op` and what follows it. `left` is the budget in instructions, kept up to date at block ends only.
using Handler = const Op* (*)(const Op* op, Machine& machine, std::int64_t left);

/// How an operation goes on with the next one. As a tail call the whole block runs without a return; builds that do not
/// optimise tail calls (debug, sanitizers) return to a loop instead.
#ifdef MEDLEY_INTERP_TAIL_CALLS
#define MEDLEY_NEXT(next_op, the_machine, budget) return (next_op)->handler((next_op), (the_machine), (budget))
#else
#define MEDLEY_NEXT(next_op, the_machine, budget)                                                                      \
    do {                                                                                                               \
        (the_machine).left = (budget);                                                                                 \
        return (next_op);                                                                                              \
    } while (false)
#endif

/// Where a block continues. `next` is never null: before it is linked it is an operation that asks for that.
struct Exit {
    const Op* next = nullptr;
    Address target = 0;
};

/// The immediate of a memory access, packed.
struct MemImm {
    std::int32_t offset;
    std::uint8_t mem_index;
    std::uint8_t flags; ///< size_log2 | sign << 3 | big_endian << 4 | require_alignment << 5
    std::uint16_t site; ///< Index of the operation in its block.

    [[nodiscard]] bool requires_alignment() const { return (flags >> 5 & 1) != 0; }
    [[nodiscard]] ir::MemOp op() const {
        return {.size_log2 = static_cast<std::uint8_t>(flags & 7), .sign = (flags >> 3 & 1) != 0,
                .big_endian = (flags >> 4 & 1) != 0, .require_alignment = requires_alignment(), .mem_index = mem_index};
    }
};

struct Op {
    Handler handler = nullptr;
    union {
        void* d = nullptr;         ///< Result.
        std::uint64_t count;       ///< Terminals: instructions in the block.
        const void* stored;        ///< Stores: the value.
        Link* link;                ///< Link stubs; null where nothing may be linked.
        Block* block;              ///< The first operation of a block is only this.
    };
    union {
        const void* a = nullptr;
        Address target;            ///< Jumps.
        HelperFunction function;   ///< Calls.
        VectorHelperFunction vector_helper;
        vector::Function vector;   ///< Operations on lanes.
    };
    union {
        const void* b = nullptr;
        std::uint64_t imm;
        MemImm mem;
    };
};
static_assert(sizeof(Op) == 32);

/// What follows an operation as data.
union OpData {
    Op unused;
    std::array<const void*, 4> pointers;
    std::array<Exit, 2> exits;
    ir::FloatOp float_op;
    std::array<std::uint64_t, 2> immediates;
    OpData() : unused{} {}
};
static_assert(sizeof(OpData) == sizeof(Op));

[[nodiscard]] inline const OpData& data_of(const Op* op) { return *reinterpret_cast<const OpData*>(op + 1); }

/// Why a block returned to the dispatcher.
enum class Leave : std::uint8_t {
    Link,      ///< `link` wants to be linked; the program counter is set.
    Lookup,    ///< Continue at the program counter.
    Safepoint, ///< A safepoint at which something wants attention; the program counter is set.
    Stop,      ///< For `stop_reason`; the program counter is set.
    Fault,     ///< `fault_op` failed with `fault`.
};

/// Translated code by virtual address, for computed jumps.
struct JumpCache {
    static constexpr std::size_t kEntries = 4096;
    struct Entry {
        Address pc = 0;
        std::uint64_t mode_tag = 0; ///< 0: empty.
        const Op* code = nullptr;
        Block* block = nullptr;
    };
    std::array<Entry, kEntries> entries{};

    [[nodiscard]] static std::size_t index(Address pc) { return (pc >> 1 ^ pc >> 13) % kEntries; }
    [[nodiscard]] Entry& at(Address pc) { return entries[index(pc)]; }
};

struct Footing {
    std::uint64_t drops = 0;
    std::uint64_t mode_tag = 0;
    friend bool operator==(const Footing&, const Footing&) = default;
};

/// Everything that handlers reach, at fixed offsets from one pointer.
struct Machine : CoreSlots {
    Machine(TargetCore& core_, GuestMemory& memory_, BlockCache& blocks_)
        : CoreSlots(core_), blocks(blocks_), memory(core_, memory_, blocks_) {
        helper_context.core = &core_;
    }

    /// Behind a helper or a slow access: whoever was called may have asked for attention.
    void after_call() {
        if (*attention != 0)
            poll.store(true, std::memory_order_relaxed);
    }
    /// What a block rests on while it calls out.
    [[nodiscard]] Footing footing() const { return {blocks.drops(), mode_tag}; }
    /// Behind a call out of `op`: when the block was dropped, or translations were flushed, it ends behind the instruction.
    void leave_when_lost(const Op* op, Footing before) {
        if (footing() != before) [[unlikely]]
            leave_behind(op, before);
    }
    void leave_behind(const Op* op, Footing before);
    [[nodiscard]] const Op* leave_with(Leave why) {
        leave = why;
        return nullptr;
    }
    [[nodiscard]] const Op* leave_with_fault(const Op* op, const Fault& what) {
        fault_op = op;
        fault = what;
        return leave_with(Leave::Fault);
    }

    std::int64_t left = 0;               ///< Exact outside handlers.
    std::uint64_t mode_tag = 1;          ///< Names the current (translation key, address space); changes with flushes.
    std::atomic<bool> poll{false};       ///< Stop at the next safepoint and see why.
    Leave leave = Leave::Lookup;
    ir::StopReason stop_reason{};        ///< With Leave::Stop.
    std::uint8_t float_scratch = 0;
    Link* link = nullptr;                ///< With Leave::Link.
    const Op* current = nullptr;         ///< The operation that called out; null outside.
    const Op* fault_op = nullptr;
    Fault fault{};
    HelperContext helper_context;
    JumpCache jumps;
    BlockCache& blocks;
    MemoryUnit memory;
};

} // namespace medley::accel::interp
