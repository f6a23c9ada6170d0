#include "iss/aarch64/semihosting.h"

#include "iss/aarch64/sys.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <array>
#include <vector>

namespace medley::iss::aarch64 {
namespace {

/// Operations ("Semihosting for AArch32 and AArch64", 6).
enum Operation : std::uint32_t {
    Open = 0x01,
    Close = 0x02,
    WriteCharacter = 0x03,
    WriteString = 0x04,
    Write = 0x05,
    Read = 0x06,
    ReadCharacter = 0x07,
    IsError = 0x08,
    IsTerminal = 0x09,
    Seek = 0x0a,
    FileLength = 0x0c,
    TemporaryName = 0x0d,
    Remove = 0x0e,
    Rename = 0x0f,
    Clock = 0x10,
    Time = 0x11,
    SystemCommand = 0x12,
    ErrorNumber = 0x13,
    CommandLine = 0x15,
    HeapInformation = 0x16,
    Exit = 0x18,
    ExitExtended = 0x20,
    Elapsed = 0x30,
    TickFrequency = 0x31,
};

constexpr std::uint64_t kFailed = ~std::uint64_t{0};
constexpr std::uint64_t kApplicationExit = 0x20026; ///< ADP_Stopped_ApplicationExit
constexpr std::size_t kChunk = 4096;
constexpr std::size_t kLongestString = 4096;
/// Of what is printed up to its end: without one it would take all of memory.
constexpr std::size_t kLongestOutput = std::size_t{1} << 20;
/// The console's handle; those of files follow.
constexpr std::uint64_t kConsole = 1;
constexpr std::uint64_t kFirstFile = 2;
constexpr Picoseconds kPicosecondsPerSecond = 1'000'000'000'000;

/// The guest's memory as the calling code sees it.
class GuestBytes {
public:
    explicit GuestBytes(System& system) : system_(system) {}

    bool get(Address address, std::span<std::byte> data) {
        return each(address, data.size(), Access::Read, [&](const Translation& to, std::size_t at, std::size_t size) {
            return system_.host().memory().read(to.physical, data.subspan(at, size), to.attributes) == MemStatus::Ok;
        });
    }
    bool put(Address address, std::span<const std::byte> data) {
        return each(address, data.size(), Access::Write, [&](const Translation& to, std::size_t at, std::size_t size) {
            return system_.host().memory().write(to.physical, data.subspan(at, size), to.attributes) == MemStatus::Ok;
        });
    }
    std::optional<std::string> string(Address address, std::uint64_t length) {
        std::string text(std::min<std::uint64_t>(length, kLongestString), '\0');
        if (length > kLongestString || !get(address, std::as_writable_bytes(std::span(text))))
            return std::nullopt;
        return text;
    }

private:
    template <class Transfer>
    bool each(Address address, std::size_t size, Access access, Transfer&& transfer) {
        constexpr std::size_t kTransaction = 64;
        const auto index = AccessIndex{system_.el() != 0, system_.pan_applies()}.encode();
        for (std::size_t at = 0; at < size;) {
            const auto place = address + at;
            const auto here = std::min({size - at, kTransaction, static_cast<std::size_t>(kTransaction - place % kTransaction)});
            const auto result = system_.translate(place, 1, access, index);
            if (!result.ok || !transfer(result, at, here))
                return false;
            at += here;
        }
        return true;
    }
    System& system_;
};

class Call {
public:
    Call(System& system, HostFiles& files) : system_(system), files_(files), guest_(system) {}

    std::uint64_t run(std::uint32_t operation, std::uint64_t parameter) {
        parameter_ = parameter;
        switch (operation) {
        case WriteCharacter: return write_character();
        case WriteString: return write_string();
        case IsError: return load(1) && words_[0] >> 63 != 0 ? 1 : 0;
        case Clock: return system_.host().now() / (kPicosecondsPerSecond / 100);
        case Elapsed: return elapsed();
        case TickFrequency: return system_.host().counter_frequency();
        case ErrorNumber: return static_cast<std::uint64_t>(files_.last_error());
        case Time: return system_.host().now() / kPicosecondsPerSecond; // simulated time: the same in each run
        case Exit:
        case ExitExtended: return exit();
        case HeapInformation: return heap_information();
        case CommandLine: return command_line();
        default: return file_operation(operation);
        }
    }

private:
    bool load(unsigned count) {
        words_.fill(0);
        return guest_.get(parameter_, std::as_writable_bytes(std::span(words_).first(count)));
    }

    std::uint64_t file_operation(std::uint32_t operation) {
        switch (operation) {
        case Open: return open();
        case Close:
            if (!load(1))
                return kFailed;
            return words_[0] == kConsole || files_.close(handle()) ? 0 : kFailed;
        case Write: return load(3) ? write(words_[1], words_[2]) : kFailed;
        case Read: return load(3) ? read(words_[1], words_[2]) : kFailed;
        case IsTerminal: return load(1) ? (words_[0] == kConsole ? 1 : 0) : kFailed;
        case Seek: return load(2) && words_[0] != kConsole && files_.seek(handle(), words_[1]) ? 0 : kFailed;
        case FileLength: return load(1) && words_[0] != kConsole ? files_.size(handle()).value_or(kFailed) : kFailed;
        case Remove: {
            const auto name = load(2) ? guest_.string(words_[0], words_[1]) : std::nullopt;
            return name && files_.remove(*name) ? 0 : kFailed;
        }
        case Rename: {
            const auto from = load(4) ? guest_.string(words_[0], words_[1]) : std::nullopt;
            const auto to = guest_.string(words_[2], words_[3]);
            return from && to && files_.rename(*from, *to) ? 0 : kFailed;
        }
        // No input from the console, no names, no commands of the host's.
        case ReadCharacter:
        case TemporaryName:
        case SystemCommand:
        default: return kFailed;
        }
    }

    [[nodiscard]] HostFiles::Handle handle() const {
        return words_[0] >= kFirstFile ? static_cast<HostFiles::Handle>(words_[0] - kFirstFile + 1) : 0;
    }

    std::uint64_t write_character() {
        std::array<std::byte, 1> character{};
        if (guest_.get(parameter_, character))
            files_.print(character);
        return 0;
    }
    std::uint64_t write_string() {
        std::array<std::byte, 1> character{};
        for (auto at = parameter_; guest_.get(at, character) && character[0] != std::byte{0} && at - parameter_ < kLongestOutput; ++at)
            files_.print(character);
        return 0;
    }
    std::uint64_t open() {
        constexpr std::uint64_t kModes = 12; // those of fopen: r, rb, r+, r+b, w, ...
        const auto name = load(3) ? guest_.string(words_[0], words_[2]) : std::nullopt;
        if (!name || words_[1] >= kModes)
            return kFailed;
        if (*name == ":tt")
            return kConsole;
        constexpr HostFiles::Mode kByFopen[] = {HostFiles::Mode::Read,   HostFiles::Mode::ReadWrite,
                                                HostFiles::Mode::Create, HostFiles::Mode::CreateReadWrite,
                                                HostFiles::Mode::Append, HostFiles::Mode::AppendRead};
        const auto opened = files_.open(*name, kByFopen[words_[1] / 2]);
        return opened ? *opened - 1 + kFirstFile : kFailed;
    }
    /// Bytes that are left when it ends.
    std::uint64_t write(Address address, std::uint64_t size) {
        std::vector<std::byte> chunk;
        while (size != 0) {
            chunk.resize(std::min<std::uint64_t>(size, kChunk));
            if (!guest_.get(address, chunk))
                break;
            std::size_t done = chunk.size();
            if (words_[0] == kConsole)
                files_.print(chunk);
            else
                done = files_.write(handle(), chunk).value_or(0);
            size -= done, address += done;
            if (done != chunk.size())
                break;
        }
        return size;
    }
    std::uint64_t read(Address address, std::uint64_t size) {
        std::vector<std::byte> chunk;
        while (size != 0 && words_[0] != kConsole) {
            chunk.resize(std::min<std::uint64_t>(size, kChunk));
            const auto done = files_.read(handle(), chunk).value_or(0);
            if (done == 0 || !guest_.put(address, std::span(chunk).first(done)))
                break;
            size -= done, address += done;
        }
        return size;
    }
    std::uint64_t elapsed() {
        const auto now = system_.host().counter();
        return guest_.put(parameter_, std::as_bytes(std::span(&now, 1))) ? 0 : kFailed;
    }
    std::uint64_t heap_information() {
        // The board's memory is not the core's to divide: four zeros, "no information".
        constexpr std::array<std::uint64_t, 4> kNothing{};
        std::uint64_t block = 0;
        return guest_.get(parameter_, std::as_writable_bytes(std::span(&block, 1))) &&
                       guest_.put(block, std::as_bytes(std::span(kNothing)))
                   ? 0
                   : kFailed;
    }
    std::uint64_t command_line() {
        constexpr std::byte kEmpty{};
        constexpr std::uint64_t kLength = 0;
        return load(2) && words_[1] != 0 && guest_.put(words_[0], std::span(&kEmpty, 1)) &&
                       guest_.put(parameter_ + 8, std::as_bytes(std::span(&kLength, 1)))
                   ? 0
                   : kFailed;
    }
    std::uint64_t exit() {
        FirmwareCall call;
        call.kind = FirmwareCall::Kind::PowerOff;
        call.status = load(2) && words_[0] == kApplicationExit ? words_[1] & 0xff : 1;
        (void)system_.host().firmware_call(call);
        return 0;
    }

    System& system_;
    HostFiles& files_;
    GuestBytes guest_;
    std::uint64_t parameter_ = 0;
    std::array<std::uint64_t, 4> words_{};
};

} // namespace

void call_semihosting(System& system, HostFiles& files) {
    auto* x = system.state().x;
    x[0] = Call(system, files).run(static_cast<std::uint32_t>(x[0]), x[1]);
}

} // namespace medley::iss::aarch64
