/// \file
/// Who has translated code from which page of one memory. Every memory model that offers direct access owns one; it is the
/// meeting point of all CPUs and bus masters that see the memory, at whatever addresses.
#pragma once

#include "medley/base/types.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace medley {

class CodeWatch;

/// Who holds translations or direct pointers.
class CodeListener {
public:
    virtual ~CodeListener() = default;
    /// Bytes of one watched page were written by someone, through whatever path. Whether the listener still has code from the page,
    /// which is watched on then.
    [[nodiscard]] virtual bool code_written(CodeWatch& watch, std::uint64_t offset, std::uint64_t size) = 0;
    /// Nobody has code from the page at \p offset any more.
    virtual void page_released(CodeWatch& watch, std::uint64_t offset) = 0;
    /// The page at \p offset is watched from here on: direct writes to it must go through the slow path.
    virtual void page_watched(CodeWatch& watch, std::uint64_t offset) = 0;
};

/// Not thread-safe, but for watched() while nobody changes anything: CPUs that execute at the same time are alone (CpuTeam) when they do.
class CodeWatch {
public:
    explicit CodeWatch(std::uint64_t size);
    CodeWatch(const CodeWatch&) = delete;
    CodeWatch& operator=(const CodeWatch&) = delete;

    /// Someone has code from the page that contains \p offset; all listeners are told.
    void watch(std::uint64_t offset);
    /// Whether writes to the page must be reported.
    [[nodiscard]] bool watched(std::uint64_t offset) const { return watched_[offset / kPageSize] != 0; }
    /// To be called on every write that does not go through a direct pointer, before or after it: reports it to all
    /// listeners when it touches watched pages, and stops watching those from which none has code any more.
    void written(std::uint64_t offset, std::uint64_t size);
    /// Offset behind all pages that have ever been watched, for those who look at all of them.
    [[nodiscard]] std::uint64_t watched_end() const { return watched_end_; }

    void add_listener(CodeListener& listener) { listeners_.push_back(&listener); }
    void remove_listener(CodeListener& listener) { std::erase(listeners_, &listener); }

private:
    void written_in(std::uint64_t page, std::uint64_t offset, std::uint64_t size);

    struct Free {
        void operator()(std::uint8_t* flags) const { std::free(flags); }
    };

    std::uint64_t pages_;
    /// A byte for each page. From calloc(): a large memory's flags take host memory where they are written, not before.
    std::unique_ptr<std::uint8_t[], Free> watched_;
    std::uint64_t watched_end_ = 0;
    std::vector<CodeListener*> listeners_;
};

} // namespace medley
