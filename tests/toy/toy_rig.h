/// \file
/// A platform of toy cores (and others) from a board in text, with programs as words.
#pragma once

#include "tests/toy/toy_target.h"

#include "medley/board/builtin.h"
#include "medley/tlm/cpu.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <unistd.h>

namespace medley::toy {

/// One for a process: SystemC has one simulation.
class Rig {
public:
    explicit Rig(const std::string& board) : platform_(catalogue_with_toy(), {}) { platform_.load_text(board, "test.yaml"); }

    /// Puts a program in the most significant byte first (toys) or last.
    void program(const std::string& group, Address address, std::initializer_list<std::uint32_t> words, bool big_endian) {
        const auto file = std::filesystem::temp_directory_path() / ("medley-toy-" + std::to_string(getpid()) + "-" + group);
        std::ofstream out(file, std::ios::binary);
        for (const auto word : words)
            for (unsigned i = 0; i < 4; ++i)
                out.put(static_cast<char>(word >> 8 * (big_endian ? 3 - i : i)));
        files_.push_back(file);
        boot_.load.push_back({file.string(), group, address});
    }

    board::RunOutcome run(Picoseconds until = 1'000'000'000'000) {
        platform_.set_boot(boot_);
        platform_.elaborate(false);
        for (const auto& file : files_)
            std::filesystem::remove(file);
        return platform_.run(until);
    }
    [[nodiscard]] Cpu& cpu(std::size_t index) { return *platform_.cpus().at(index).second; }

private:
    const board::Catalogue& catalogue_with_toy() {
        register_everything(catalogue_);
        register_toy(catalogue_.cpus);
        return catalogue_;
    }

    board::Catalogue catalogue_;
    board::Platform platform_;
    board::BootOptions boot_;
    std::vector<std::filesystem::path> files_;
};

} // namespace medley::toy
