/// \file
/// Memory for host code, mapped twice. One view can be written, the other can be executed; no mapping ever
/// has both rights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace medley::accel::jit::x64 {

class CodeArena {
public:
    /// Throws UserError when the host gives no memory.
    explicit CodeArena(std::size_t bytes);
    ~CodeArena();
    CodeArena(const CodeArena&) = delete;
    CodeArena& operator=(const CodeArena&) = delete;

    /// Address at which the next code will be executed.
    [[nodiscard]] const std::byte* next() const { return execute_ + used_; }
    /// Where it is to be written, up to the end of the segment.
    [[nodiscard]] std::span<std::byte> room() { return {write_ + used_, end_ - used_}; }
    /// So many bytes were written there; the result is their address for execution.
    const std::byte* append(std::size_t bytes);

    /// Everything up to here stays. Behind it is room for code that is shared and stays, too; the rest is divided into segments.
    void divide();
    [[nodiscard]] const std::byte* next_shared() const { return execute_ + shared_; }
    [[nodiscard]] std::span<std::byte> shared_room() { return {write_ + shared_, kept_ - shared_}; }
    const std::byte* append_shared(std::size_t bytes);
    [[nodiscard]] std::uint32_t segments() const { return segments_; }
    [[nodiscard]] std::uint32_t segment() const { return segment_; }
    /// Goes on at the beginning of the segment.
    void begin_segment(std::uint32_t segment);

    /// Bytes in use, where segments are filled one behind the other.
    [[nodiscard]] std::size_t used() const { return wrapped_ ? size_ - (end_ - used_) : used_; }
    [[nodiscard]] std::uint32_t offset_of(const void* code) const {
        return static_cast<std::uint32_t>(static_cast<const std::byte*>(code) - execute_);
    }
    [[nodiscard]] const std::byte* at(std::uint32_t offset) const { return execute_ + offset; }
    /// Changes four bytes at `offset`.
    void patch(std::uint32_t offset, std::uint32_t value);
    void patch_byte(std::uint32_t offset, std::uint8_t value) { write_[offset] = std::byte{value}; }

private:
    static constexpr std::size_t kAlignment = 16;

    void release();
    void populate();

    std::size_t size_;
    std::byte* write_ = nullptr;
    std::byte* execute_ = nullptr;
    std::size_t used_ = 0;
    std::size_t end_ = 0;
    std::size_t shared_ = 0;
    std::size_t kept_ = 0;
    std::uint32_t segments_ = 1;
    std::uint32_t segment_ = 0;
    bool wrapped_ = false;
};

} // namespace medley::accel::jit::x64
