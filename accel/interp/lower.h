/// \file
/// From IR to the interpreter's operations.
#pragma once

#include "accel/interp/block.h"
#include "accel/interp/handlers.h"
#include "accel/interp/plan.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace medley::accel::interp {

/// 16 bytes for any value that has no slot to live in.
struct alignas(16) Cell {
    std::array<std::byte, 16> bytes{};
};

/// Constants that operations refer to by address; each exists once.
class ConstantPool {
public:
    [[nodiscard]] const void* address(std::uint64_t low, std::uint64_t high);
    void clear();
    [[nodiscard]] std::size_t host_bytes() const { return cells_.size() * 6 * sizeof(Cell); }

private:
    std::deque<Cell> cells_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, const void*> known_;
};

/// How a block may continue.
struct LowerMode {
    bool linked = true; ///< False: exits into the same page return to the dispatcher.
};

class Lowering {
public:
    Lowering(TargetCore& core, Machine& machine);

    /// Fills `block` with operations; false when it is too large (then fewer instructions have to do).
    [[nodiscard]] bool lower(const ir::Block& source, const LowerMode& mode, Block& block);
    [[nodiscard]] ConstantPool& constants() { return constants_; }

private:
    /// An exit whose stub's place in the final code is not known yet.
    struct PendingExit {
        std::size_t data = 0; ///< Index of the OpData.
        unsigned which = 0;
        std::size_t stub = 0;
        bool linkable = false;
    };
    using Operation = ir::Operation;
    using Value = ir::Value;

    // Operands
    [[nodiscard]] const void* read(Value value);
    [[nodiscard]] const void* read_address(Value value);
    [[nodiscard]] void* result(Value at);
    void finish(Value at);
    [[nodiscard]] void* slot_address(ir::SlotId slot) { return state_ + layout_[slot].offset; }
    [[nodiscard]] void* take_cell();
    void give_back(const void* cell) { free_cells_.push_back(static_cast<Cell*>(const_cast<void*>(cell))); }

    // Emission
    Op& emit(Handler handler);
    OpData& emit_data();
    void add_site(Op& op);
    void end_sites(Address next);
    void emit_operation(Value at);
    void emit_get(Value at);
    void emit_put(const Operation& operation);
    void emit_binary(Value at, const Operation& operation, void* to, Widen widen);
    void emit_compare(const Operation& operation, void* to, unsigned size);
    void emit_unary(Value at, Handler handler);
    void emit_extension(Value at);
    void emit_bitcast(Value at);
    void emit_select(Value at);
    void emit_vector(Value at);
    void emit_memory(Value at);
    void emit_atomic(Value at);
    void emit_fence();
    void emit_float(Value at);
    void emit_mul_add(Value at);
    void emit_call(Value at);
    void emit_terminal(Value at);

    // Terminals
    void emit_goto(Address target, bool safepoint);
    void emit_branch(Value at);
    void emit_stop(const Operation& operation);
    void emit_raise(const Operation& operation);
    [[nodiscard]] bool is_near(Address target) const;
    [[nodiscard]] bool is_safepoint(Address target) const { return target <= pc_; }
    void add_exit(std::size_t data, unsigned which, Address target);
    void emit_stubs();
    void place(Block& block);

    TargetCore& core_;
    Machine& machine_;
    const StateLayout& layout_;
    std::byte* state_;
    Plan plan_;
    ConstantPool constants_;
    std::unique_ptr<Cell[]> cells_;
    std::vector<Cell*> free_cells_;

    const ir::Block* source_ = nullptr;
    LowerMode mode_;
    std::vector<const void*> homes_;   ///< By value; null while it has none.
    std::vector<Op> ops_;
    std::vector<Site> sites_;
    std::size_t sites_ended_ = 0;
    struct ExitRequest {
        std::size_t data = 0;
        unsigned which = 0;
        Address target = 0;
    };
    std::vector<ExitRequest> exits_;
    std::vector<PendingExit> pending_;
    Address pc_ = 0;                   ///< Of the current instruction.
    std::uint16_t executed_ = 0;       ///< Instructions before it.
};

} // namespace medley::accel::interp
