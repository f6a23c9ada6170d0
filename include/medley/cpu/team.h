/// \file
/// CPUs of one platform that execute at the same time, each on a host thread of its own. What they share beyond guest memory is
/// touched by one of them while the others stand still, so that code which is not about execution itself knows nothing of threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace medley {

/// How often memory was changed by atomic instructions, by line: what exclusive monitors compare, besides the value. (A value that
/// plain stores of another CPU change and change back between the two halves of an exclusive pair goes unnoticed.)
class ReservationTable {
public:
    /// Holds the line of a host address while it lives.
    class Line {
    public:
        Line(ReservationTable& table, const void* host) : word_(table.word_of(host)) {
            auto seen = word_.load(std::memory_order_relaxed) & ~kHeld;
            while (!word_.compare_exchange_weak(seen, seen | kHeld, std::memory_order_acquire))
                seen &= ~kHeld;
        }
        ~Line() { word_.fetch_and(~kHeld, std::memory_order_release); }
        Line(const Line&) = delete;
        Line& operator=(const Line&) = delete;

        [[nodiscard]] std::uint32_t version() const { return word_.load(std::memory_order_relaxed) & ~kHeld; }
        void changed() { word_.fetch_add(kHeld + 1, std::memory_order_relaxed); }

    private:
        static constexpr std::uint32_t kHeld = 1;
        std::atomic<std::uint32_t>& word_;
    };

private:
    static constexpr std::size_t kLines = 4096;
    static constexpr unsigned kLineBits = 6;
    [[nodiscard]] std::atomic<std::uint32_t>& word_of(const void* host) {
        return words_[(reinterpret_cast<std::uintptr_t>(host) >> kLineBits) % kLines];
    }
    std::array<std::atomic<std::uint32_t>, kLines> words_{};
};

/// The others, as one CPU sees them. Its accelerator calls this from the thread that it runs on; elsewhere (between runs, in
/// transactions) nothing else executes anyway, and the calls do nothing special.
class CpuTeam {
public:
    virtual ~CpuTeam() = default;

    /// Stands still here while somebody wants to be alone. An accelerator calls it every few thousand instructions, with the state
    /// as exact as behind run().
    virtual void safepoint() = 0;
    /// Calls \p body while no other CPU of the team executes. The others have their turns before it, but not behind it: what the body finds out
    /// holds until this CPU stands still again. May be nested.
    virtual void alone(const std::function<void()>& body) = 0;
    [[nodiscard]] virtual ReservationTable& reservations() = 0;
};

/// \p body, without anybody else; \p team is null where CPUs take turns.
template <class Body>
void alone(CpuTeam* team, Body&& body) {
    if (team != nullptr)
        team->alone(body);
    else
        body();
}

} // namespace medley
