/// \file
/// What a host is to the translator: everything that knows the host lies behind this.
#pragma once

#include "accel/jit/block.h"
#include "medley/base/float.h"
#include "medley/ir/block.h"

#include <cstdint>
#include <memory>
#include <string>

namespace medley::accel::jit {

struct CompileMode {
    bool linked = true; ///< False: every exit returns to the dispatcher.
    bool trace = false; ///< Each instruction is reported before it is executed.
};

struct BackendOptions {
    std::size_t cache_bytes = 0;
    /// Use nothing beyond the base instruction set of the host's architecture.
    bool baseline = false;
    /// Optional extensions of the host not to use, with commas between; the back end knows their names.
    std::string without{};
};

class Backend {
public:
    enum class Outcome : std::uint8_t {
        Done,
        TooLarge, ///< More values at once than fit: fewer instructions have to do.
        Full,     ///< The segment of the code arena is full.
    };

    virtual ~Backend() = default;

    /// Makes host code for a region: an IR block in which Branch operations may also stand in the middle; they leave it
    /// when they are taken. An Instruction marker with an argument is not counted where that is 1.
    [[nodiscard]] virtual Outcome compile(const ir::Block& region, const CompileMode& mode, Block& block) = 0;
    /// Runs from `code` until something leaves.
    virtual void enter(const void* code) = 0;
    virtual void link(Exit& exit, const Block& to) = 0;
    virtual void unlink(Exit& exit) = 0;
    /// Makes the code of a block that is never entered again leave (Leave::Cut) at an offset in it. It may be running.
    virtual void cut(const Block& block, std::uint32_t offset) = 0;
    /// How the host rounds while code runs from the next enter() on, unless an operation says otherwise; code is good for the
    /// rounding that it was compiled under (Frame::rounding).
    virtual void set_rounding(Rounding rounding) = 0;
    // Code goes into segments, one behind the other; the first one follows the last one.
    [[nodiscard]] virtual std::uint32_t segments() const = 0;
    /// The one that code goes into.
    [[nodiscard]] virtual std::uint32_t segment() const = 0;
    /// Goes on with the segment, from its beginning: the code in it is void. Only while none is running.
    virtual void begin_segment(std::uint32_t segment) = 0;
    /// Bytes of host code and of what describes it, without what was made void.
    [[nodiscard]] virtual std::size_t used() const = 0;
    /// A listing of a block's host code.
    [[nodiscard]] virtual std::string disassemble(const Block& block) const = 0;
};

/// The back end for the host that this was compiled for.
[[nodiscard]] std::unique_ptr<Backend> make_backend(Frame& frame, const BackendOptions& options);

} // namespace medley::accel::jit
