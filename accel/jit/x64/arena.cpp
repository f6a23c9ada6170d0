#include "accel/jit/x64/arena.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <atomic>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace medley::accel::jit::x64 {

CodeArena::CodeArena(std::size_t bytes) : size_(align_up(bytes, 4096)) {
    const int fd = ::memfd_create("medley-jit", MFD_CLOEXEC);
    if (fd >= 0 && ::ftruncate(fd, static_cast<off_t>(size_)) == 0) {
        void* write = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        void* execute = ::mmap(nullptr, size_, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
        write_ = write == MAP_FAILED ? nullptr : static_cast<std::byte*>(write);
        execute_ = execute == MAP_FAILED ? nullptr : static_cast<std::byte*>(execute);
    }
    if (fd >= 0)
        ::close(fd);
    if (write_ == nullptr || execute_ == nullptr) {
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

const std::byte* CodeArena::append(std::span<const std::byte> code) {
    const auto* place = next();
    std::memcpy(write_ + used_, code.data(), code.size());
    used_ = align_up(used_ + code.size(), kAlignment);
    return place;
}

void CodeArena::patch(std::uint32_t offset, std::uint32_t value) { std::memcpy(write_ + offset, &value, sizeof value); }

} // namespace medley::accel::jit::x64
