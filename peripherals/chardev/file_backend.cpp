#include "peripherals/chardev/file_backend.h"

#include "medley/base/error.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>

namespace medley::periph {

namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
    throw UserError("character back end 'file': cannot " + std::string(what) + " '" + path + "': " + std::strerror(errno));
}

} // namespace

FileBackend::FileBackend(const CharSpec& spec) : label_(spec.label) {
    if (!spec.in.empty()) {
        input_.open(spec.in, std::ios::binary);
        if (!input_)
            fail(spec.in, "read");
    }
    if (spec.out.empty())
        return;
    const int fd = ::open(spec.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        fail(spec.out, "write");
    writer_ = std::make_unique<FdWriter>(fd, true);
}

void FileBackend::send(std::uint8_t byte) {
    if (writer_ == nullptr)
        return;
    std::string text;
    label_.append(byte, text);
    writer_->write(text);
}

bool FileBackend::receive(std::uint8_t& byte) {
    char next = 0;
    if (!input_.is_open() || !input_.get(next))
        return false;
    byte = static_cast<std::uint8_t>(next);
    return true;
}

} // namespace medley::periph
