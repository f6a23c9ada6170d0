// Finding blocks, and making those that are not there.
#include "accel/interp/interp.h"

#include "accel/ir/passes/passes.h"
#include "medley/base/error.h"
#include "medley/ir/verifier.h"

#include <algorithm>
#include <utility>

namespace medley::accel::interp {
namespace {

constexpr std::uint32_t kMaxInstructions = 64;

ir::Context context_of(TargetCore& core) {
    ir::Context context;
    context.slot_type = [&core](ir::SlotId id) {
        return id < core.layout().slots().size() ? core.layout()[id].type : ir::Type::None;
    };
    context.slot_name = [&core](ir::SlotId id) { return core.layout()[id].name; };
    context.helper = [&core](ir::HelperId id) -> std::optional<ir::Context::Signature> {
        if (id >= core.helpers().size())
            return std::nullopt;
        const auto& helper = core.helpers()[id];
        const auto count = helper.argument_count();
        return ir::Context::Signature{helper.name, helper.result, {helper.arguments.begin(), helper.arguments.begin() + count}};
    };
    return context;
}

} // namespace

Block* Interp::lookup(std::uint32_t limit) {
    const auto pc = machine_->pc();
    if (limit == 0) {
        const auto& jump = machine_->jumps.at(pc);
        if (jump.pc == pc && jump.mode_tag == machine_->mode_tag) {
            link_to(*jump.block);
            return jump.block;
        }
    }
    auto* block = lookup_slowly(pc, limit);
    if (block != nullptr && !block->checked && limit == 0) {
        link_to(*block);
        remember_jump(pc, *block);
    }
    machine_->link = nullptr;
    return block;
}

Block* Interp::lookup_slowly(Address pc, std::uint32_t limit) {
    ++counters_.lookups;
    const auto* page = fetcher_.page(pc, 1, machine_->mode_tag);
    if (page == nullptr)
        return nullptr;
    const BlockKey key{pc, page->physical | (pc & ~kPageMask), mode_->key, limit};
    if (auto* found = static_cast<Block*>(blocks_.find(key))) {
        if (!found->checked || fetcher_.is_current(*found, machine_->mode_tag))
            return found;
        blocks_.drop(*found);
    }
    return translate(key);
}

/// Nothing runs here, so that what was dropped can go, and everything when there is too much.
void Interp::flush_when_full() {
    if (blocks_.size() + lowering_.constants().host_bytes() > options_.cache_bytes) {
        flush_code();
        lowering_.constants().clear();
    }
    blocks_.reclaim();
}

Block* Interp::translate(const BlockKey& key) {
    auto max = key.limit != 0 ? key.limit : kMaxInstructions;
    auto block = std::make_unique<Block>();
    for (;;) {
        if (!lift_without_straddling(key.pc, max))
            return nullptr;
        block->key = key;
        block->instruction_count = source_.instruction_count;
        block->byte_length = source_.byte_length;
        if (!fetcher_.describe(*block, machine_->mode_tag))
            return nullptr;
        if (lowering_.lower(source_, {.linked = !block->checked && key.limit == 0}, *block))
            break;
        MEDLEY_ASSERT(max > 1, "one instruction is too large for a block");
        max /= 2;
    }
    ++counters_.blocks;
    counters_.instructions += block->instruction_count;
    const auto bytes = block->host_bytes();
    auto& added = static_cast<Block&>(blocks_.insert(std::move(block), bytes));
    for (unsigned i = 0; i < added.page_count; ++i)
        machine_->memory.protect_code(added.pages[i], added.physical_pages[i]);
    return &added;
}

/// An instruction that straddles the end of the page is a block of its own.
bool Interp::lift_without_straddling(Address pc, std::uint32_t max_instructions) {
    if (!lift(pc, max_instructions))
        return false;
    const auto in_page = kPageSize - (pc & ~kPageMask);
    if (source_.byte_length <= in_page || source_.instruction_count <= 1)
        return true;
    return lift(pc, source_.instruction_count - 1);
}

bool Interp::lift(Address pc, std::uint32_t max_instructions) {
    flush_when_full();
    source_.clear();
    ir::Builder builder(source_);
    LiftLimits limits;
    limits.max_instructions = max_instructions;
    limits.end = (pc & kPageMask) + kPageSize;
    limits.stop_before = breakpoints_;
    fetcher_.begin(machine_->mode_tag);
    const auto result = core_.lift(pc, limits, fetcher_, builder);
    if (result.fault) {
        fetcher_.set_fault(*result.fault);
        return false;
    }
    if (options_.verify)
        verify_source();
    ir::optimize(source_, {core_.layout(), core_.helpers()});
    if (options_.verify)
        verify_source();
    return true;
}

void Interp::verify_source() const {
    const auto context = context_of(core_);
    const auto broken = ir::verify(source_, context);
    MEDLEY_ASSERT(!broken, *broken + "\n" + ir::print(source_, context));
}

} // namespace medley::accel::interp
