#include "accel/interp/lower.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

namespace medley::accel::interp {
namespace {

constexpr std::size_t kCells = 4096;
constexpr std::size_t kMaxOps = std::numeric_limits<std::uint16_t>::max();

} // namespace

const void* ConstantPool::address(std::uint64_t low, std::uint64_t high) {
    auto& known = known_[{low, high}];
    if (known == nullptr) {
        auto& cell = cells_.emplace_back();
        std::memcpy(cell.bytes.data(), &low, sizeof low);
        std::memcpy(cell.bytes.data() + sizeof low, &high, sizeof high);
        known = cell.bytes.data();
    }
    return known;
}

void ConstantPool::clear() {
    known_.clear();
    cells_.clear();
}

Lowering::Lowering(TargetCore& core, Machine& machine)
    : core_(core), machine_(machine), layout_(core.layout()), state_(core.state()), plan_(core.layout(), core.helpers()),
      cells_(std::make_unique<Cell[]>(kCells)) {}

bool Lowering::lower(const ir::Block& source, const LowerMode& mode, Block& block) {
    const auto count = source.operations.size();
    if (count >= kCells)
        return false;
    source_ = &source;
    mode_ = mode;
    homes_.assign(count, nullptr);
    ops_.clear();
    sites_.clear();
    sites_ended_ = 0;
    exits_.clear();
    pending_.clear();
    free_cells_.clear();
    for (std::size_t i = kCells; i-- > 0;)
        free_cells_.push_back(&cells_[i]);
    executed_ = 0;
    pc_ = source.start;
    emit(nullptr).block = &block;
    plan_.make(source);
    for (Value at = 0; at < count; ++at) {
        if (source.operations[at].opcode == ir::Opcode::Instruction) {
            end_sites(source.operations[at].imm);
            executed_ = static_cast<std::uint16_t>(at == 0 ? 0 : executed_ + 1);
            pc_ = source.operations[at].imm;
        } else if (!plan_[at].skipped && !plan_[at].folded) {
            emit_operation(at);
        }
    }
    emit_stubs();
    if (ops_.size() >= kMaxOps)
        return false;
    place(block);
    return true;
}

// --- operands

void* Lowering::take_cell() {
    MEDLEY_ASSERT(!free_cells_.empty(), "more values at once than operations in a block");
    auto* cell = free_cells_.back();
    free_cells_.pop_back();
    return cell;
}

const void* Lowering::read(Value value) {
    const auto root = plan_[value].root;
    const auto& made_by = source_->operations[root];
    if (made_by.opcode == ir::Opcode::Const)
        return constants_.address(made_by.imm, made_by.type == ir::Type::V128 ? made_by.imm2 : 0);
    MEDLEY_ASSERT(homes_[root] != nullptr, "a value is read that was not made");
    return homes_[root];
}

/// Where operations that cannot fold anything find a 64-bit address.
const void* Lowering::read_address(Value value) {
    if (source_->type_of(value) == ir::Type::I64)
        return read(value);
    auto* cell = take_cell();
    auto& op = emit(extend_handler(false, 32, ir::Type::I64));
    op.d = cell;
    op.a = read(value);
    give_back(cell);
    return cell;
}

/// Where the operation puts its result.
void* Lowering::result(Value at) {
    const auto& plan = plan_[at];
    void* home = plan.home == Home::Temporary ? take_cell() : slot_address(plan.slot);
    homes_[at] = home;
    return home;
}

/// Behind the operation: the copy that it may need, and the cells of values that are not read any more.
void Lowering::finish(Value at) {
    const auto& plan = plan_[at];
    const auto& operation = source_->operations[at];
    if (plan.home == Home::SlotAndCopy && plan.uses > 1) {
        auto* cell = take_cell();
        auto& op = emit(move_handler(size_of(operation.type), size_of(operation.type)));
        op.d = cell;
        op.a = slot_address(plan.slot);
        homes_[at] = cell;
    }
    plan_.each_read(at, [this, at](Value root) {
        const auto home = plan_[root].home;
        const bool in_cell = home == Home::Temporary || home == Home::SlotAndCopy;
        if (plan_[root].last_use != at || !in_cell || homes_[root] == nullptr)
            return;
        const auto* first = static_cast<const void*>(&cells_[0]);
        if (!std::less<>{}(homes_[root], first) && std::less<>{}(homes_[root], static_cast<const void*>(&cells_[0] + kCells)))
            give_back(homes_[root]);
        homes_[root] = nullptr;
    });
    if (plan.home == Home::Temporary && plan.uses == 0)
        give_back(homes_[at]);
}

// --- emission

Op& Lowering::emit(Handler handler) {
    auto& op = ops_.emplace_back();
    op.handler = handler;
    return op;
}

OpData& Lowering::emit_data() { return reinterpret_cast<OpData&>(ops_.emplace_back()); }

void Lowering::add_site(Op& op) {
    const auto index = static_cast<std::uint16_t>(&op - ops_.data());
    op.mem.site = index;
    sites_.push_back({.op = index, .executed = executed_, .pc = pc_});
}

/// The next instruction starts here: the block can be left behind those operations of the last one that call out.
void Lowering::end_sites(Address next) {
    for (; sites_ended_ < sites_.size(); ++sites_ended_) {
        sites_[sites_ended_].end = static_cast<std::uint16_t>(ops_.size());
        sites_[sites_ended_].next = next;
    }
}

/// Settles where exits lead first: a way into the same page can be linked, everything else looks for its target.
void Lowering::emit_stubs() {
    for (const auto& exit : exits_) {
        const bool near = is_near(exit.target);
        const auto stub = ops_.size();
        emit(near ? link_handler() : far_goto_handler()).imm = exit.target;
        pending_.push_back({exit.data, exit.which, stub, near && mode_.linked});
        reinterpret_cast<OpData&>(ops_[exit.data]).exits[exit.which].target = exit.target;
    }
}

/// Copies the operations to their final place, where addresses of stubs are known.
void Lowering::place(Block& block) {
    block.code = std::make_unique<Op[]>(ops_.size());
    block.code_size = ops_.size();
    std::copy(ops_.begin(), ops_.end(), block.code.get());
    block.sites = sites_;
    std::size_t used = 0;
    for (const auto& pending : pending_) {
        auto& exit = reinterpret_cast<OpData&>(block.code[pending.data]).exits[pending.which];
        auto& stub = block.code[pending.stub];
        exit.next = &stub;
        if (!pending.linkable)
            continue;
        auto& link = block.links[used++];
        link = {&block, &exit, &stub, nullptr};
        stub.link = &link;
    }
}

} // namespace medley::accel::interp
