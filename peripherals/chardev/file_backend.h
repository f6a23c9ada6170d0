/// \file
/// Character back end of files. Input from a file is read when the guest reads, so that every run sees the same; what waits is there from
/// the start of the simulation.
#pragma once

#include "medley/periph/char_backend.h"
#include "peripherals/chardev/char_spec.h"
#include "peripherals/chardev/fd_writer.h"
#include "peripherals/chardev/line_label.h"

#include <fstream>
#include <memory>
#include <string>

namespace medley::periph {

class FileBackend final : public CharBackend {
public:
    /// Throws UserError when a file cannot be opened.
    explicit FileBackend(const CharSpec& spec);

    void send(std::uint8_t byte) override;
    bool receive(std::uint8_t& byte) override;
    /// Nothing ever begins to wait later.
    void on_input(std::function<void()>) override {}

private:
    LineLabel label_;
    std::unique_ptr<FdWriter> writer_;
    std::ifstream input_;
};

} // namespace medley::periph
