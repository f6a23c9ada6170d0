#include "peripherals/htif/htif.h"

#include "peripherals/common/notify.h"

#include <algorithm>
#include <array>
#include <string>

namespace medley::periph {

namespace {

constexpr Picoseconds kSettle = 1'000'000;
constexpr unsigned kBothHalves = 3;
constexpr unsigned kSystem = 0, kConsole = 1;
constexpr unsigned kRead = 0, kWrite = 1;
constexpr std::uint64_t kCallWrite = 64, kCallExit = 93;
constexpr std::uint64_t kNoSuchCall = static_cast<std::uint64_t>(-38), kBadDescriptor = static_cast<std::uint64_t>(-9),
                        kBadAddress = static_cast<std::uint64_t>(-14);
constexpr std::uint64_t kLargestWrite = 1 << 20;

constexpr RegisterShape kHalves{.count = 2};
constexpr std::array kToHost{
    Reg<Htif>{0, "TOHOST", 0, 0xffffffff, nullptr, &Htif::request_written, "request: device, command, payload; 0: taken", kHalves},
};
constexpr std::array kFromHost{
    Reg<Htif>{0, "FROMHOST", 0, 0xffffffff, nullptr, &Htif::response_written, "response; the guest writes 0 when it has it", kHalves},
};
constexpr RegisterPolicy kPolicy{.sizes = kBytes | kHalfwords | kWords | kDoublewords};

std::optional<Address> place(const std::string& symbol, const Configuration& configuration, const Services& services) {
    if (const auto address = configuration.number(symbol); address != 0)
        return address;
    const auto found = services.symbols ? services.symbols(symbol) : std::vector<Address>{};
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::uint64_t stored(const RegisterBlockBase& words) { return words.value(0, 0) | words.value(0, 1) << 32; }

void store(RegisterBlockBase& words, std::uint64_t value) {
    words.value(0, 0) = value & 0xffffffff;
    words.value(0, 1) = value >> 32;
}

} // namespace

Htif::Htif(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services)
    : Peripheral(name), control_(services.control), chardev_(*services.chardev),
      tohost_address_(place("tohost", configuration, services)), fromhost_address_(place("fromhost", configuration, services)),
      tohost_("tohost", *this, kToHost, kPolicy), fromhost_("fromhost", *this, kFromHost, kPolicy) {
    add_port("memory", memory_);
    chardev_.on_input([this] { input_arrived(); });
    SC_METHOD(handle);
    sensitive << settled_;
    dont_initialize();
}

void Htif::reset() {
    tohost_.reset();
    fromhost_.reset();
    settled_.cancel();
    halves_written_ = 0;
    response_.reset();
    read_wanted_ = false;
}

std::vector<Peripheral::Overlay> Htif::overlays() {
    std::vector<Overlay> ranges;
    if (tohost_address_)
        ranges.push_back({*tohost_address_, 8, &tohost_.socket()});
    if (fromhost_address_)
        ranges.push_back({*fromhost_address_, 8, &fromhost_.socket()});
    return ranges;
}

void Htif::request_written(unsigned half, std::uint64_t) {
    halves_written_ |= 1U << half;
    settled_.cancel();
    if (halves_written_ == kBothHalves)
        handle();
    else
        notify_at(settled_, tohost_.now() + kSettle);
}

void Htif::response_written(unsigned, std::uint64_t) { give_response(); }

void Htif::handle() {
    halves_written_ = 0;
    const auto request = stored(tohost_);
    if (request == 0)
        return;
    store(tohost_, 0);
    const auto device = static_cast<unsigned>(bits(request, 56, 8));
    if (device == kSystem)
        handle_system(bits(request, 0, 48));
    else if (device == kConsole)
        handle_console(static_cast<unsigned>(bits(request, 48, 8)), bits(request, 0, 48));
}

void Htif::handle_system(std::uint64_t payload) {
    if ((payload & 1) != 0) {
        exit(payload >> 1);
        return;
    }
    // The payload points to the call: its number and arguments, then its result.
    std::array<std::uint64_t, 8> call{};
    if (guest_memory(tlm::TLM_READ_COMMAND, payload, call.data(), sizeof call)) {
        auto result = system_call(call[0], call[1], call[2], call[3]);
        guest_memory(tlm::TLM_WRITE_COMMAND, payload, &result, sizeof result);
    }
    respond(1);
}

std::uint64_t Htif::system_call(std::uint64_t number, std::uint64_t descriptor, Address buffer, std::uint64_t size) {
    if (number == kCallExit) {
        exit(descriptor);
        return 0;
    }
    if (number != kCallWrite)
        return kNoSuchCall;
    if (descriptor != 1 && descriptor != 2)
        return kBadDescriptor;
    // A short count is the guest's to continue.
    const auto count = std::min(size, kLargestWrite);
    std::vector<std::uint8_t> text(count);
    if (count != 0 && !guest_memory(tlm::TLM_READ_COMMAND, buffer, text.data(), static_cast<unsigned>(count)))
        return kBadAddress;
    for (const auto byte : text)
        chardev_.send(byte);
    return count;
}

/// As an exit status 256 would be 0: what is larger than one becomes 255.
void Htif::exit(std::uint64_t code) {
    control_.request_exit(static_cast<int>(std::min<std::uint64_t>(code, 255)), "HTIF: exit with code " + std::to_string(code));
}

void Htif::handle_console(unsigned command, std::uint64_t payload) {
    if (command == kRead) {
        read_wanted_ = true;
        input_arrived();
    } else if (command == kWrite) {
        chardev_.send(static_cast<std::uint8_t>(payload));
        // Many guests never look at this answer: it must not displace another.
        if (!response_ && stored(fromhost_) == 0)
            respond(std::uint64_t{kConsole} << 56 | std::uint64_t{kWrite} << 48);
    }
}

void Htif::respond(std::uint64_t value) {
    response_ = value;
    give_response();
}

void Htif::give_response() {
    if (!response_ || stored(fromhost_) != 0)
        return;
    store(fromhost_, *response_);
    response_.reset();
}

void Htif::input_arrived() {
    std::uint8_t byte = 0;
    if (!read_wanted_ || !chardev_.receive(byte))
        return;
    read_wanted_ = false;
    respond(std::uint64_t{kConsole} << 56 | 0x100U | byte);
}

bool Htif::guest_memory(tlm::tlm_command command, Address address, void* data, unsigned size) {
    if (memory_.size() == 0)
        return false;
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(static_cast<unsigned char*>(data));
    transaction.set_data_length(size);
    transaction.set_streaming_width(size);
    return memory_->transport_dbg(transaction) == size;
}

void register_htif(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "htif";
    kind.description = "host-target interface: exit, console and writes through two words of the guest's memory";
    kind.document = "none; as riscv-isa-sim and riscv-pk use it";
    kind.parameters = {
        {"tohost", ParameterType::Integer, "0", "address of the request word; 0: of the symbol tohost", false},
        {"fromhost", ParameterType::Integer, "0", "address of the response word; 0: of the symbol fromhost", false},
    };
    kind.registers = describe_registers(kToHost);
    kind.character_device = true;
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        return std::make_unique<Htif>(name, configuration, services);
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
