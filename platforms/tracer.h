/// \file
/// The text of --trace, one event a line, with symbols.
#pragma once

#include "platforms/image/symbols.h"

#include "medley/board/board.h"
#include "medley/tlm/cpu.h"

#include <ostream>

namespace medley::board {

/// Of one CPU. Writes
///     NAME ADDRESS <SYMBOL+OFFSET> BYTES  DISASSEMBLY
///     NAME   read|write ADDRESS (PHYSICAL) SIZE = VALUE
///     NAME   interrupt|exception TEXT
class TextTracer final : public Tracer {
public:
    TextTracer(std::string name, Cpu& cpu, const Symbols& symbols, std::ostream& out)
        : name_(std::move(name)), cpu_(cpu), symbols_(symbols), out_(out) {}

    /// Makes the CPU report what \p selection asks for.
    void attach(const TraceSelection& selection);

    void instruction(Address address) override;
    void access(Access access, Address virtual_address, Address physical, unsigned size, std::uint64_t value) override;

private:
    std::string name_;
    Cpu& cpu_;
    const Symbols& symbols_;
    std::ostream& out_;
};

} // namespace medley::board
