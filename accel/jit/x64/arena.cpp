#include "accel/jit/x64/arena.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>

namespace medley::accel::jit::x64 {
namespace {

/// The largest block takes less.
constexpr std::size_t kLeastSegment = std::size_t{1} << 15;
constexpr std::size_t kMostSegments = 64;
constexpr std::size_t kMostShared = std::size_t{1} << 17;

} // namespace

CodeArena::CodeArena(std::size_t bytes) : size_(align_up(bytes, 4096)), end_(size_) {
    // Of a shared mapping, mremap makes a second view. Without a file behind it profilers believe the perf map.
    void* write = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    write_ = write == MAP_FAILED ? nullptr : static_cast<std::byte*>(write);
    void* execute = write_ != nullptr ? ::mremap(write, 0, size_, MREMAP_MAYMOVE) : MAP_FAILED;
    execute_ = execute == MAP_FAILED ? nullptr : static_cast<std::byte*>(execute);
    const bool executable = execute_ != nullptr && ::mprotect(execute, size_, PROT_READ | PROT_EXEC) == 0;
    if (!executable) {
        release();
        throw UserError("accelerator jit: the host gives no memory for code (use accelerator interp)");
    }
}

CodeArena::~CodeArena() { release(); }

void CodeArena::release() {
    if (write_ != nullptr)
        ::munmap(write_, size_);
    if (execute_ != nullptr)
        ::munmap(execute_, size_);
}

const std::byte* CodeArena::append(std::size_t bytes) {
    const auto* place = next();
    used_ = std::min(align_up(used_ + bytes, kAlignment), end_);
    return place;
}

void CodeArena::divide() {
    shared_ = used_;
    kept_ = used_ + std::min(kMostShared, (size_ - used_) / 4);
    segments_ = static_cast<std::uint32_t>(std::clamp<std::size_t>(size_ / kLeastSegment, 2, kMostSegments));
    begin_segment(0);
    wrapped_ = false;
}

const std::byte* CodeArena::append_shared(std::size_t bytes) {
    const auto* place = next_shared();
    shared_ = std::min(align_up(shared_ + bytes, kAlignment), kept_);
    return place;
}

void CodeArena::begin_segment(std::uint32_t segment) {
    const auto start = [&](std::size_t number) { return align_up(kept_ + (size_ - kept_) * number / segments_, kAlignment); };
    wrapped_ = wrapped_ || segment < segment_;
    segment_ = segment;
    used_ = start(segment);
    end_ = segment + 1 == segments_ ? size_ : start(segment + 1);
    populate();
}

/// Both views of the segment at once: page by page, when each is first touched, it costs the host several times as much. A host
/// that cannot do it does it page by page.
void CodeArena::populate() {
    constexpr std::size_t kHostPage = 4096;
    const auto first = used_ / kHostPage * kHostPage;
    const auto bytes = align_up(end_, kHostPage) - first;
    static_cast<void>(::madvise(write_ + first, bytes, MADV_POPULATE_WRITE));
    static_cast<void>(::madvise(execute_ + first, bytes, MADV_POPULATE_READ));
}

void CodeArena::patch(std::uint32_t offset, std::uint32_t value) { std::memcpy(write_ + offset, &value, sizeof value); }

} // namespace medley::accel::jit::x64
