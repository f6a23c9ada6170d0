/// \file
/// Records that translated code names by number. The numbers are divided into segments like the code itself, so that the
/// records go with the code that they belong to.
#pragma once

#include "medley/base/error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <sys/mman.h>
#include <type_traits>

namespace medley::accel::jit {

/// Address space for all numbers is taken at once; memory only for those that are used.
template <class Record>
class SideTable {
    static_assert(std::is_trivially_destructible_v<Record>);

public:
    SideTable() = default;
    ~SideTable() {
        if (records_ != nullptr)
            ::munmap(records_, count_ * sizeof(Record));
    }
    SideTable(const SideTable&) = delete;
    SideTable& operator=(const SideTable&) = delete;

    /// Once, before anything else. Throws UserError when the host gives no address space.
    void reserve(std::size_t count) {
        void* place = ::mmap(nullptr, count * sizeof(Record), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (place == MAP_FAILED)
            throw UserError("accelerator jit: the host gives no memory for side tables (use accelerator interp)");
        records_ = static_cast<Record*>(place);
        count_ = count;
        begin_segment(0, 1);
    }
    /// New records get the numbers of the segment from here on; what had them is void.
    void begin_segment(std::size_t segment, std::size_t segments) {
        next_ = present_ = count_ * segment / segments;
        end_ = count_ * (segment + 1) / segments;
        full_ = false;
    }
    /// A record found no number.
    [[nodiscard]] bool full() const { return full_; }

    /// The number that the next record gets.
    [[nodiscard]] std::size_t size() const { return next_; }
    [[nodiscard]] Record& operator[](std::size_t number) { return records_[number]; }
    [[nodiscard]] const Record& operator[](std::size_t number) const { return records_[number]; }
    void push_back(const Record& record) { emplace_back() = record; }
    Record& emplace_back() {
        if (next_ == end_) {
            full_ = true;
            --next_;
        }
        if (next_ >= present_) [[unlikely]]
            make_present();
        return *new (records_ + next_++) Record;
    }
    /// Takes records back.
    void resize(std::size_t size) {
        next_ = size;
        full_ = false;
    }

private:
    /// Of the records that come next, a few pages at once: one by one they are faults. What the host refuses costs those.
    void make_present() {
        constexpr std::size_t kPages = 16, kPage = 4096;
        const auto first = reinterpret_cast<std::uintptr_t>(records_ + next_) / kPage * kPage;
        const auto end = reinterpret_cast<std::uintptr_t>(records_ + count_);
        const auto bytes = std::min<std::size_t>(kPages * kPage, end - first);
        static_cast<void>(::madvise(reinterpret_cast<void*>(first), bytes, MADV_POPULATE_WRITE));
        present_ = (first + bytes - reinterpret_cast<std::uintptr_t>(records_)) / sizeof(Record);
    }

    Record* records_ = nullptr;
    std::size_t count_ = 0;
    std::size_t next_ = 0;
    std::size_t end_ = 0;
    std::size_t present_ = 0; ///< Records from here on may have no memory yet.
    bool full_ = false;
};

} // namespace medley::accel::jit
