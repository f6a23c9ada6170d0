#include "accel/jit/frame.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <new>
#include <sys/mman.h>

namespace medley::accel::jit {
namespace {

constexpr std::size_t kFrameBytes = align_up(sizeof(Frame), kPageSize);

} // namespace

Frame::Frame(TargetCore& core_, GuestMemory& guest_memory, BlockCache& blocks, FrameOwner& owner_)
    : owner(owner_), core(core_), memory(core_, guest_memory, blocks) {
    const auto& layout = core.layout();
    auto* state = core.state();
    const auto& pc_slot = layout[layout.program_counter];
    program_counter = state + pc_slot.offset;
    pc_is_wide = pc_slot.type == ir::Type::I64;
    float_flags = &no_float_flags;
    if (layout.float_flags != StateLayout::kNone)
        float_flags = reinterpret_cast<std::uint32_t*>(state + layout[layout.float_flags].offset);
    helper_context.core = &core;
}

bool Frame::continue_behind(const Site& from) {
    left -= from.executed + 1;
    set_pc(from.resume);
    const bool near = (from.resume & kPageMask) == (from.pc & kPageMask);
    return !near || from.resume <= from.pc;
}

FramePointer make_frame(TargetCore& core, GuestMemory& memory, BlockCache& blocks, FrameOwner& owner) {
    void* place = ::mmap(nullptr, kFrameBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (place == MAP_FAILED)
        throw UserError("accelerator jit: no room in the low 2 GB of the address space (use accelerator interp)");
    return FramePointer(new (place) Frame(core, memory, blocks, owner));
}

void FrameDeleter::operator()(Frame* frame) const {
    frame->~Frame();
    ::munmap(frame, kFrameBytes);
}

} // namespace medley::accel::jit
