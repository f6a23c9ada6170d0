/// \file
/// A device tree blob, written node by node with libfdt (Devicetree Specification 0.4, chapter 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace medley::board {

class FdtWriter {
public:
    FdtWriter();

    void begin(const std::string& node);
    void end();
    void flag(const std::string& name);
    void text(const std::string& name, const std::string& value);
    void texts(const std::string& name, const std::vector<std::string>& values);
    void cells(const std::string& name, const std::vector<std::uint32_t>& values);
    /// Pairs of cells, the high one first.
    void wide(const std::string& name, const std::vector<std::uint64_t>& values);

    /// The blob. Nothing may be written any more.
    [[nodiscard]] std::vector<std::byte> finish();

private:
    void check(int result) const;
    void property(const std::string& name, const std::string& bytes);

    std::vector<std::byte> blob_;
};

} // namespace medley::board
