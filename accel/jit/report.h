/// \file
/// What a user can see of translated code: a listing of every block, and a map for `perf`.
#pragma once

#include "accel/jit/backend.h"
#include "medley/cpu/target.h"

#include <fstream>
#include <string>

namespace medley::accel::jit {

class Report {
public:
    /// \p log_file may be empty. Throws UserError when a file cannot be written.
    Report(TargetCore& core, const std::string& log_file, bool perf_map);

    void block(const Block& block, const ir::Block& region, const Backend& backend);

private:
    TargetCore& core_;
    std::ofstream log_;
    std::ofstream map_;
};

} // namespace medley::accel::jit
