#include "medley/base/host_files.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace medley {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOpen = 64;
constexpr unsigned kCreationMode = 0644;

int flags_of(HostFiles::Mode mode) {
    switch (mode) {
    case HostFiles::Mode::Read: return O_RDONLY;
    case HostFiles::Mode::ReadWrite: return O_RDWR;
    case HostFiles::Mode::Create: return O_WRONLY | O_CREAT | O_TRUNC;
    case HostFiles::Mode::CreateReadWrite: return O_RDWR | O_CREAT | O_TRUNC;
    case HostFiles::Mode::Append: return O_WRONLY | O_CREAT | O_APPEND;
    case HostFiles::Mode::AppendRead: return O_RDWR | O_CREAT | O_APPEND;
    }
    return O_RDONLY;
}

class FolderFiles final : public HostFiles {
public:
    explicit FolderFiles(const std::string& folder) {
        std::error_code error;
        if (!folder.empty())
            folder_ = fs::canonical(folder, error);
    }
    FolderFiles(const FolderFiles&) = delete;
    FolderFiles& operator=(const FolderFiles&) = delete;
    ~FolderFiles() override {
        for (const auto& [handle, file] : open_)
            ::close(file);
    }

    std::optional<Handle> open(const std::string& path, Mode mode) override {
        const auto place = resolve(path);
        if (!place)
            return std::nullopt;
        if (open_.size() >= kMostOpen) {
            error_ = EMFILE;
            return std::nullopt;
        }
        // Only plain files: a pipe or a device could block the simulation.
        const int file = ::open(place->c_str(), flags_of(mode) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, kCreationMode);
        struct stat status {};
        if (file < 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
            error_ = file < 0 ? errno : EACCES;
            if (file >= 0)
                ::close(file);
            return std::nullopt;
        }
        const auto handle = next_++;
        open_[handle] = file;
        return handle;
    }
    bool close(Handle handle) override {
        const auto found = open_.find(handle);
        if (found == open_.end())
            return refuse(EBADF);
        ::close(found->second);
        open_.erase(found);
        return true;
    }
    std::optional<std::size_t> read(Handle handle, std::span<std::byte> data) override {
        return transferred(::read(file_of(handle), data.data(), data.size()));
    }
    std::optional<std::size_t> write(Handle handle, std::span<const std::byte> data) override {
        return transferred(::write(file_of(handle), data.data(), data.size()));
    }
    bool seek(Handle handle, std::uint64_t position) override {
        return succeeded(::lseek(file_of(handle), static_cast<off_t>(position), SEEK_SET) >= 0);
    }
    std::optional<std::uint64_t> size(Handle handle) override {
        struct stat status {};
        if (!succeeded(::fstat(file_of(handle), &status) == 0))
            return std::nullopt;
        return static_cast<std::uint64_t>(status.st_size);
    }
    bool remove(const std::string& path) override {
        const auto place = resolve(path);
        return place && succeeded(::unlink(place->c_str()) == 0);
    }
    bool rename(const std::string& from, const std::string& to) override {
        const auto old_place = resolve(from);
        const auto new_place = resolve(to);
        return old_place && new_place && succeeded(::rename(old_place->c_str(), new_place->c_str()) == 0);
    }
    void print(std::span<const std::byte> text) override {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
    int last_error() const override { return error_; }

private:
    bool refuse(int error) {
        error_ = error;
        return false;
    }
    bool succeeded(bool result) { return result || refuse(errno); }
    std::optional<std::size_t> transferred(ssize_t count) {
        if (count < 0) {
            error_ = errno;
            return std::nullopt;
        }
        return static_cast<std::size_t>(count);
    }
    int file_of(Handle handle) const {
        const auto found = open_.find(handle);
        return found == open_.end() ? -1 : found->second;
    }
    /// The host's path of a guest's: below the folder, also behind symbolic links of the folders on the way.
    std::optional<fs::path> resolve(const std::string& path) {
        const fs::path asked(path);
        std::error_code error;
        const auto parent = fs::canonical(folder_ / asked.relative_path().parent_path(), error);
        const auto relative = parent.lexically_relative(folder_);
        const bool inside = !error && !relative.empty() && *relative.begin() != "..";
        const auto name = asked.filename();
        if (folder_.empty() || path.find('\0') != std::string::npos || !inside || name.empty() || name == "." || name == "..") {
            error_ = folder_.empty() || !error ? EACCES : ENOENT;
            return std::nullopt;
        }
        return parent / name;
    }

    fs::path folder_;
    std::map<Handle, int> open_;
    Handle next_ = 1;
    int error_ = 0;
};

} // namespace

std::unique_ptr<HostFiles> make_host_files(const std::string& folder) {
    return std::make_unique<FolderFiles>(folder);
}

} // namespace medley
