/// \file
/// Memory for host code: one file in memory, mapped twice. One view can be written, the other can be executed; no mapping ever
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
    /// Whether `bytes` more fit.
    [[nodiscard]] bool fits(std::size_t bytes) const { return bytes <= size_ - used_; }
    /// Copies code to next(); the result is its address for execution.
    const std::byte* append(std::span<const std::byte> code);
    /// Everything up to here stays over reset().
    void keep() { kept_ = used_; }
    void reset() { used_ = kept_; }

    [[nodiscard]] std::size_t used() const { return used_; }
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

    std::size_t size_;
    std::byte* write_ = nullptr;
    std::byte* execute_ = nullptr;
    std::size_t used_ = 0;
    std::size_t kept_ = 0;
};

} // namespace medley::accel::jit::x64
