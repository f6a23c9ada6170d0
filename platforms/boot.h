/// \file
/// What is loaded where before the CPUs start, and how each of them starts.
#pragma once

#include "platforms/check.h"
#include "platforms/image/image.h"
#include "platforms/image/symbols.h"

#include "medley/board/board.h"

#include <functional>
#include <memory>

namespace medley::board {

/// Bytes for guest memory; what is beyond `data` up to `size` is zero.
struct Chunk {
    Address address = 0;
    std::uint64_t size = 0;
    std::span<const std::byte> data;
    std::string what;   ///< The file, for messages.
    const Image* image = nullptr; ///< Chunks of one may overlap: segments touch each other's padding. Null: a device tree.
};

/// How the CPUs of one group start.
struct GroupBoot {
    std::string group;
    std::string bus;
    std::vector<Chunk> chunks;
    std::vector<BootPlan> plans;            ///< For each CPU of the group.
    Symbols symbols;
    std::vector<std::byte> tree;
    std::vector<std::unique_ptr<Image>> images;  ///< What `chunks` point into.
};

/// What the tree says about the boot.
struct TreeBoot {
    std::string arguments;
    std::optional<BootRequest::Image> initrd;
};
using TreeMaker = std::function<std::vector<std::byte>(const CpuDescription& head, const TreeBoot& boot)>;

struct BootInput {
    const Description& description;
    const Catalogue& catalogue;
    const BootOptions& options;
    const SearchPath& search;
    const TreeMaker& make_tree;
};

/// Reads, checks and places the images of all groups. Errors go to \p diagnostics.
[[nodiscard]] std::vector<std::unique_ptr<GroupBoot>> prepare_boot(const BootInput& input, Diagnostics& diagnostics);

/// The first of an image's candidates that exists: by itself when absolute, else beside the board, else on the search path.
[[nodiscard]] std::optional<std::string> find_image(const std::string& file, const std::string& board_file,
                                                    const SearchPath& search);

} // namespace medley::board
