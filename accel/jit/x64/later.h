/// \file
/// What the emitter keeps for later: code that goes out of line.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace medley::accel::jit::x64 {

/// Functions in the order in which they were added, in memory that is used again.
class Later {
public:
    Later() = default;
    ~Later() { clear(); }
    Later(const Later&) = delete;
    Later& operator=(const Later&) = delete;

    template <class Body>
    void add(Body body) {
        static_assert(sizeof(Body) <= kChunk && alignof(Body) <= alignof(std::max_align_t));
        auto* place = new (take(sizeof(Body))) Body(std::move(body));
        Entry entry{place, [](void* it) { (*static_cast<Body*>(it))(); }, nullptr};
        if constexpr (!std::is_trivially_destructible_v<Body>)
            entry.destroy = [](void* it) { static_cast<Body*>(it)->~Body(); };
        entries_.push_back(entry);
    }
    /// Calls all of them; each may add more.
    void run() {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const auto entry = entries_[i];
            entry.call(entry.body);
        }
    }
    void clear() {
        for (const auto& entry : entries_)
            if (entry.destroy != nullptr)
                entry.destroy(entry.body);
        entries_.clear();
        chunk_ = used_ = 0;
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    static constexpr std::size_t kChunk = 16384;
    struct Entry {
        void* body;
        void (*call)(void*);
        void (*destroy)(void*);
    };
    struct Chunk {
        alignas(std::max_align_t) std::array<std::byte, kChunk> bytes;
    };

    void* take(std::size_t bytes) {
        constexpr auto kAlign = alignof(std::max_align_t);
        bytes = (bytes + kAlign - 1) / kAlign * kAlign;
        if (used_ + bytes > kChunk) {
            ++chunk_;
            used_ = 0;
        }
        if (chunk_ == chunks_.size())
            chunks_.push_back(std::make_unique_for_overwrite<Chunk>());
        return chunks_[chunk_]->bytes.data() + std::exchange(used_, used_ + bytes);
    }

    std::vector<Entry> entries_;
    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::size_t chunk_ = 0;
    std::size_t used_ = 0;
};

} // namespace medley::accel::jit::x64
