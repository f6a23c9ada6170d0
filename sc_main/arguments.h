/// \file
/// The command line, parsed.
#pragma once

#include "medley/board/board.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley::command {

struct Arguments {
    enum class Verb : std::uint8_t { None, Run, List, Describe, Check, Tree, Map, Disassemble } verb = Verb::None;
    std::string subject;   ///< Board, name, kind of list, or ELF file.

    std::vector<std::string> settings;
    std::string memory_size;
    std::string quantum;
    std::vector<std::string> firmware;
    std::vector<std::string> kernel;
    std::vector<std::string> initrd;
    std::vector<std::string> load;
    std::optional<std::string> append;
    std::string until;
    bool stats = false;
    bool registers = false;
    bool parallel = false;
    bool realtime = false;
    std::vector<std::string> trace;
    std::string trace_file;
    std::string output;
    std::string group;
};

/// Nothing where the command line asked for help or was wrong: then `status` is the exit status.
[[nodiscard]] std::optional<Arguments> parse(int argc, char** argv, int& status);

} // namespace medley::command
