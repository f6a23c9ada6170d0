#include "platforms/fdt_writer.h"

#include "medley/base/error.h"

#include <libfdt.h>

#include <algorithm>

namespace medley::board {

namespace {

/// More than the largest board makes: the reader bounds the number of nodes, CPUs and wires.
constexpr std::size_t kRoom = 4U << 20;

void append_cell(std::string& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xff);
}

} // namespace

FdtWriter::FdtWriter() : blob_(kRoom) {
    check(fdt_create(blob_.data(), static_cast<int>(blob_.size())));
    check(fdt_finish_reservemap(blob_.data()));
    begin("");
}

void FdtWriter::check(int result) const {
    if (result == -FDT_ERR_NOSPACE)
        throw UserError("the board's device tree is larger than any guest accepts");
    MEDLEY_ASSERT(result == 0, fdt_strerror(result));
}

void FdtWriter::begin(const std::string& node) { check(fdt_begin_node(blob_.data(), node.c_str())); }
void FdtWriter::end() { check(fdt_end_node(blob_.data())); }

void FdtWriter::property(const std::string& name, const std::string& bytes) {
    check(fdt_property(blob_.data(), name.c_str(), bytes.data(), static_cast<int>(bytes.size())));
}

void FdtWriter::flag(const std::string& name) { property(name, ""); }
void FdtWriter::text(const std::string& name, const std::string& value) { texts(name, {value}); }

void FdtWriter::texts(const std::string& name, const std::vector<std::string>& values) {
    std::string bytes;
    for (const auto& value : values)
        bytes += value.substr(0, value.find('\0')) + '\0';
    property(name, bytes);
}

void FdtWriter::cells(const std::string& name, const std::vector<std::uint32_t>& values) {
    std::string bytes;
    for (const auto value : values)
        append_cell(bytes, value);
    property(name, bytes);
}

void FdtWriter::wide(const std::string& name, const std::vector<std::uint64_t>& values) {
    std::string bytes;
    for (const auto value : values) {
        append_cell(bytes, static_cast<std::uint32_t>(value >> 32));
        append_cell(bytes, static_cast<std::uint32_t>(value));
    }
    property(name, bytes);
}

std::vector<std::byte> FdtWriter::finish() {
    end();
    check(fdt_finish(blob_.data()));
    blob_.resize(fdt_totalsize(blob_.data()));
    return std::move(blob_);
}

} // namespace medley::board
