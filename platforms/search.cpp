#include "platforms/search.h"

#include "platforms/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace medley::board {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kLargestBoard = 1U << 20;

std::vector<fs::path> board_files(const SearchPath& search) {
    std::vector<fs::path> files;
    for (const auto& folder : search.boards) {
        std::error_code error;
        std::vector<fs::path> here;
        for (const auto& entry : fs::directory_iterator(folder, error))
            if (entry.path().extension() == ".yaml")
                here.push_back(entry.path());
        std::sort(here.begin(), here.end());
        for (const auto& file : here) // the first of a name hides the others
            if (std::none_of(files.begin(), files.end(), [&](const fs::path& f) { return f.stem() == file.stem(); }))
                files.push_back(file);
    }
    return files;
}

} // namespace

fs::path find_board(const std::string& board, const SearchPath& search) {
    if (board.find('/') != std::string::npos || board.ends_with(".yaml"))
        return board;
    std::vector<std::string> names;
    for (const auto& file : board_files(search)) {
        if (file.stem() == board)
            return file;
        names.push_back(file.stem());
    }
    throw UserError(fmt::format("there is no board '{}'{}", board,
                                names.empty() ? "; MEDLEY_BOARD_PATH says where boards are" : suggestion(board, names)));
}

std::string read_text_file(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        throw UserError(path.string() + (fs::exists(path, error) ? ": not a file" : ": no such file"));
    if (fs::file_size(path, error) > kLargestBoard)
        throw UserError(path.string() + ": the file is larger than a board can be (1 MiB)");
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream)
        throw UserError(path.string() + ": cannot be read");
    return text.str();
}

std::vector<std::pair<std::string, std::string>> list_boards(const SearchPath& search) {
    std::vector<std::pair<std::string, std::string>> boards;
    for (const auto& file : board_files(search)) {
        Diagnostics ignored;
        std::string description = "(cannot be read)";
        try {
            const auto node = read_yaml(read_text_file(file), file, ignored);
            const auto* text = node.find("description");
            description = text == nullptr ? "" : text->text;
        } catch (const UserError&) { // a listing goes on
        }
        boards.emplace_back(file.stem(), description);
    }
    return boards;
}

} // namespace medley::board
