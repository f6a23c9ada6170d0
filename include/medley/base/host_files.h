/// \file
/// Files and the console of the host, for guests that ask for them by a convention of their target (semihosting). Guests never
/// name host paths, but paths below a folder that the user gave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace medley {

class HostFiles {
public:
    virtual ~HostFiles() = default;

    enum class Mode : std::uint8_t { Read, ReadWrite, Create, CreateReadWrite, Append, AppendRead };
    using Handle = std::uint32_t;

    /// Opens a file below the folder; nothing when it is not there, or may not be opened so.
    [[nodiscard]] virtual std::optional<Handle> open(const std::string& path, Mode mode) = 0;
    /// False for a handle that is not open; as for all below.
    virtual bool close(Handle handle) = 0;
    /// Bytes that were transferred.
    [[nodiscard]] virtual std::optional<std::size_t> read(Handle handle, std::span<std::byte> data) = 0;
    [[nodiscard]] virtual std::optional<std::size_t> write(Handle handle, std::span<const std::byte> data) = 0;
    virtual bool seek(Handle handle, std::uint64_t position) = 0;
    [[nodiscard]] virtual std::optional<std::uint64_t> size(Handle handle) = 0;
    virtual bool remove(const std::string& path) = 0;
    virtual bool rename(const std::string& from, const std::string& to) = 0;

    /// Text for whoever watches the simulation.
    virtual void print(std::span<const std::byte> text) = 0;
    /// Why the last operation failed, as an errno value of the C library.
    [[nodiscard]] virtual int last_error() const = 0;
};

/// Files below \p folder, the console on standard output. With an empty folder there is only the console: every open is
/// refused. Symbolic links do not lead out of the folder.
[[nodiscard]] std::unique_ptr<HostFiles> make_host_files(const std::string& folder);

} // namespace medley
