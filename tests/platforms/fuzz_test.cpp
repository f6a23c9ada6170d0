// Mutations of good input: the readers answer with a UserError or accept, and never crash or hang. MEDLEY_FUZZ_SECONDS lengthens each run
// (2 seconds by default), MEDLEY_SEED repeats one.
#include "platforms/image/image.h"

#include "tests/platforms/base_board.h"
#include "tests/platforms/elf_builder.h"
#include "tests/support/random_seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>

namespace medley::test {
namespace {

class Fuzz : public testing::Test {
protected:
    Fuzz() : seed_(random_seed()), random_(seed_) {}

    std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }

    /// Calls \p once until the time is over.
    template <class Once>
    void for_a_while(const Once& once) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(number_from("MEDLEY_FUZZ_SECONDS", 2));
        unsigned runs = 0;
        while (std::chrono::steady_clock::now() < end || runs < 100) {
            once();
            ++runs;
        }
        std::cout << runs << " inputs\n";
    }

    template <class Bytes>
    void mutate(Bytes& bytes) {
        using Element = typename Bytes::value_type;
        static constexpr unsigned char kInteresting[] = {0, 1, 0x7f, 0x80, 0xff, '{', '}', '[', ':', '&', '*', '\n', '$', '-'};
        for (auto count = 1 + below(4); count > 0 && !bytes.empty(); --count) {
            const auto at = below(bytes.size());
            const auto there = bytes.begin() + static_cast<std::ptrdiff_t>(at);
            switch (below(5)) {
            case 0: *there = static_cast<Element>(below(256)); break;
            case 1: *there = static_cast<Element>(kInteresting[below(sizeof kInteresting)]); break;
            case 2: bytes.erase(there, there + static_cast<std::ptrdiff_t>(below(std::min<std::uint64_t>(16, bytes.size() - at)) + 1)); break;
            case 3: {
                const Bytes piece(there, there + static_cast<std::ptrdiff_t>(below(std::min<std::uint64_t>(64, bytes.size() - at)) + 1));
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), piece.begin(), piece.end());
                break;
            }
            default: bytes.resize(at); break;
            }
        }
    }

private:
    std::uint64_t seed_;
    std::mt19937_64 random_;
};

TEST_F(Fuzz, BoardReaderSurvives) {
    for_a_while([&] {
        auto text = kBoard;
        mutate(text);
        for (const auto& line : errors_of(text))
            ASSERT_EQ(line.find('\n'), std::string::npos) << text;
    });
}

TEST_F(Fuzz, OverridesSurvive) {
    for_a_while([&] {
        std::string key = "cpus.core.accel.depth";
        std::string value = "0x8000_0000";
        mutate(key);
        mutate(value);
        static_cast<void>(errors_of(kBoard, {{key, value}}, value));
    });
}

TEST_F(Fuzz, ElfReaderSurvives) {
    ElfParts narrow;
    narrow.is_64_bit = false;
    const std::vector<std::byte> seeds[] = {make_elf({}), make_elf(narrow)};
    for_a_while([&] {
        auto file = seeds[below(2)];
        // Most mutations of the magic end at once.
        std::vector<std::byte> rest(file.begin() + 4, file.end());
        mutate(rest);
        file.resize(4);
        file.insert(file.end(), rest.begin(), rest.end());
        try {
            const board::Image image(file, "fuzz.elf");
            for (const auto& segment : image.elf().segments)
                ASSERT_LE(segment.data.size(), segment.memory_size);
            static_cast<void>(image.elf().physical_entry());
        } catch (const UserError&) { // the right answer to a broken file
        }
    });
}

} // namespace
} // namespace medley::test
