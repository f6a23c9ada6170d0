#include "accel/jit/report.h"

#include "accel/common/verify.h"
#include "medley/base/error.h"

#include <fmt/format.h>
#include <unistd.h>

namespace medley::accel::jit {

Report::Report(TargetCore& core, const std::string& log_file, bool perf_map) : core_(core) {
    if (!log_file.empty()) {
        log_.open(log_file);
        if (!log_)
            throw UserError(fmt::format("accelerator option log: cannot write '{}'", log_file));
    }
    if (!perf_map)
        return;
    // perf looks for exactly this name.
    const auto name = fmt::format("/tmp/perf-{}.map", ::getpid());
    map_.open(name, std::ios::app);
    if (!map_)
        throw UserError(fmt::format("accelerator option perf-map: cannot write '{}'", name));
}

void Report::block(const Block& block, const ir::Block& region, const Backend& backend) {
    if (map_.is_open())
        map_ << fmt::format("{:x} {:x} guest_{:x}\n", reinterpret_cast<std::uintptr_t>(block.entry), block.code_bytes, block.key.pc)
             << std::flush;
    if (log_.is_open())
        log_ << fmt::format("block {:#x}: {} instructions, {} host bytes, {} hot\n{}{}\n", block.key.pc, block.instruction_count,
                            block.code_bytes, block.hot_bytes, ir::print(region, context_of(core_)), backend.disassemble(block))
             << std::flush;
}

} // namespace medley::accel::jit
