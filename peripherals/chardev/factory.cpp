#include "medley/periph/char_backend_factory.h"

#include "peripherals/chardev/capture.h"
#include "peripherals/chardev/char_spec.h"
#include "peripherals/chardev/console.h"
#include "peripherals/chardev/file_backend.h"
#include "peripherals/chardev/link_backend.h"

#include <csignal>

namespace medley::periph {

namespace {

class NullBackend final : public CharBackend {
public:
    void send(std::uint8_t) override {}
    bool receive(std::uint8_t&) override { return false; }
    void on_input(std::function<void()>) override {}
};

} // namespace

std::unique_ptr<CharBackend> make_char_backend(const std::string& text, const std::string& name, CharBackendServices& services) {
    const auto spec = parse_char_spec(text);
    // A reader that goes away is an error of write(), not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    switch (spec.kind) {
    case CharKind::Stdio: return std::make_unique<StdioBackend>(name, spec.label, spec.input, services);
    case CharKind::File: return std::make_unique<FileBackend>(spec);
    case CharKind::Tcp: return make_tcp_backend(spec, name, services.log);
    case CharKind::Pty: return make_pty_backend(spec, name, services.log);
    case CharKind::Capture: return std::make_unique<CaptureBackend>(spec.label);
    case CharKind::Null: break;
    }
    return std::make_unique<NullBackend>();
}

void check_char_backend(const std::string& spec) { static_cast<void>(parse_char_spec(spec)); }

} // namespace medley::periph
