/// \file
/// A board without mistakes, to which tests add one.
#pragma once

#include "medley/board/board.h"
#include "tests/platforms/fake_target.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace medley::test {

inline const std::string kBoard = R"(name: base
description: nothing is wrong with it
parameters:
  count: {type: integer, default: 2, min: 1, max: 4, meaning: CPUs}
counter: {frequency: 10MHz}
quantum: 1ms
cpus:
  core:
    target: fake
    model: f64
    count: ${count}
    boot: true
    level: 2
    accel: {kind: interp, depth: 3}
    clock: 500MHz
    cpi: 1.5
buses:
  bus: {model: wire_bus}
memories:
  ram: {model: cells, at: 0x8000_0000, size: 64M, main: true}
devices:
  intc:
    model: line_controller
    at: 0x1000_0000
    connect: {"out.{i}": "core.{i}.irq"}
  uart: {model: port, at: 0x1001_0000, key: a, irq: intc.3, chardev: "null"}
)";

/// kBoard with \p from replaced by \p to.
inline std::string changed(const std::string& from, const std::string& to) {
    auto text = kBoard;
    const auto at = text.find(from);
    if (at == std::string::npos)
        throw std::logic_error("the board has no '" + from + "'");
    return text.replace(at, from.size(), to);
}

/// Everything that check() finds wrong with a board.
inline std::vector<std::string> errors_of(const std::string& text,
                                          const std::vector<std::pair<std::string, std::string>>& overrides = {},
                                          const std::string& memory_size = "") {
    board::Catalogue catalogue;
    fill(catalogue);
    board::Platform platform(catalogue, {});
    platform.load_text(text, "b.yaml");
    for (const auto& [key, value] : overrides)
        platform.override_value(key, value);
    if (!memory_size.empty())
        platform.set_memory_size(memory_size);
    try {
        platform.check();
    } catch (const board::BoardErrors& errors) {
        return errors.lines();
    }
    return {};
}

} // namespace medley::test
