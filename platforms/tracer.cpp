#include "platforms/tracer.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>

namespace medley::board {

void TextTracer::attach(const TraceSelection& selection) {
    TraceOptions options;
    options.tracer = this;
    options.instructions = selection.instructions;
    options.memory = selection.memory;
    std::function<void(bool, const std::string&)> events;
    if (selection.interrupts || selection.exceptions)
        events = [this, selection](bool interrupt, const std::string& text) {
            if (interrupt ? selection.interrupts : selection.exceptions)
                fmt::print(out_, "{}   {} {}\n", name_, interrupt ? "interrupt" : "exception", text);
        };
    cpu_.set_trace(options, std::move(events));
}

void TextTracer::instruction(Address address) {
    std::array<std::byte, 16> code{};
    const auto got = cpu_.peek_virtual(address, code);
    unsigned length = 0;
    std::string text = "(cannot be read)";
    if (got != 0)
        text = cpu_.core().disassemble(address, std::span(code).first(got), length);
    std::string bytes;
    for (unsigned i = std::min<unsigned>(length, static_cast<unsigned>(got)); i > 0; --i)
        bytes += fmt::format("{:02x}", std::to_integer<unsigned>(code[i - 1]));
    const auto symbol = symbols_.describe(address);
    fmt::print(out_, "{} {:#x} {}{:<8}  {}\n", name_, address, symbol.empty() ? "" : "<" + symbol + "> ", bytes, text);
}

void TextTracer::access(Access access, Address virtual_address, Address physical, unsigned size, std::uint64_t value) {
    const auto symbol = symbols_.describe(virtual_address);
    fmt::print(out_, "{}   {} {:#x}{} ({:#x}) {} = {:#x}\n", name_, access == Access::Write ? "write" : "read", virtual_address,
               symbol.empty() ? "" : " <" + symbol + ">", physical, size, value);
}

} // namespace medley::board
