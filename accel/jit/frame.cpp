#include "accel/jit/frame.h"

#include "accel/common/softfloat/format.h"
#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <cstring>
#include <new>
#include <span>
#include <sys/mman.h>

namespace medley::accel::jit {
namespace {

constexpr std::size_t kFrameBytes = align_up(sizeof(Frame), kPageSize);

template <class Bits>
void settle_bits(void* place) {
    Bits bits;
    std::memcpy(&bits, place, sizeof bits);
    if (!softfloat::is_nan(bits))
        return;
    bits = softfloat::Format<Bits>::kDefaultNan;
    std::memcpy(place, &bits, sizeof bits);
}

/// Zeros that displacements of 32 bits reach; they take host memory when they are first written. Null when there is no room.
void* low_memory(std::size_t bytes) {
    void* place = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE, -1, 0);
    return place == MAP_FAILED ? nullptr : place;
}

} // namespace

Frame::Frame(TargetCore& core_, GuestMemory& guest_memory, BlockCache& blocks_, const std::atomic<bool>& exit_requested_, FrameOwner& owner_)
    : flags(core_, flag_operands), slots(core_), owner(owner_), exit_requested(exit_requested_), blocks(blocks_), core(core_), memory(core_, guest_memory, blocks_) {
    helper_context.core = &core;
}

bool Frame::continue_behind(const Site& from) {
    settle(from.nans_behind);
    left -= from.executed + 1;
    set_pc(from.resume);
    const bool near = (from.resume & kPageMask) == (from.pc & kPageMask);
    return !near || from.resume <= from.pc;
}

void Frame::settle_all(const NanPlaces& places) {
    for (std::uint32_t i = 0; i < places.count; ++i) {
        const auto& each = nan_places[places.first + i];
        if (each.single)
            settle_bits<std::uint32_t>(each.place);
        else
            settle_bits<std::uint64_t>(each.place);
    }
}

FramePointer make_frame(TargetCore& core, GuestMemory& memory, BlockCache& blocks, const std::atomic<bool>& exit_requested, FrameOwner& owner) {
    void* place = low_memory(kFrameBytes);
    if (place == nullptr)
        throw UserError("accelerator jit: no room in the low 2 GB of the address space (use accelerator interp)");
    FramePointer frame(new (place) Frame(core, memory, blocks, exit_requested, owner));
    // Without room for the map nothing is flat.
    frame->flat_map = static_cast<std::uint8_t*>(low_memory(FlatRanges::kMapBytes));
    if (frame->flat_map != nullptr)
        frame->memory.enable_flat_ranges(frame->flat_map, frame->near_limits);
    return frame;
}

void FrameDeleter::operator()(Frame* frame) const {
    if (frame->flat_map != nullptr)
        ::munmap(frame->flat_map, FlatRanges::kMapBytes);
    frame->~Frame();
    ::munmap(frame, kFrameBytes);
}

} // namespace medley::accel::jit
