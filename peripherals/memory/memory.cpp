#include "peripherals/memory/memory.h"

#include "medley/base/error.h"
#include "medley/tlm/dmi_extension.h"
#include "medley/tlm/time.h"

#include <fmt/format.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace medley::periph {

namespace {

/// 1 TiB; beyond it the bookkeeping alone would burden the host.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 40;

[[noreturn]] void host_refuses(const std::string& name, std::uint64_t size, int error) {
    throw UserError(fmt::format("{}: the host cannot provide a memory of {} bytes ({}); choose a smaller size", name,
                                size, std::strerror(error)));
}

/// The bytes that a transaction touches from its address on (TLM-2.0, IEEE 1666-2011 14.12: streaming width).
std::uint64_t extent(const tlm::tlm_generic_payload& transaction) {
    return std::min(transaction.get_data_length(), transaction.get_streaming_width());
}

void copy_enabled(std::byte* to, const std::byte* from, std::uint64_t first, std::uint64_t count,
                  const tlm::tlm_generic_payload& transaction) {
    const auto* enables = transaction.get_byte_enable_ptr();
    const auto enable_count = transaction.get_byte_enable_length();
    for (std::uint64_t i = 0; i < count; ++i)
        if (enables[(first + i) % enable_count] == TLM_BYTE_ENABLED)
            to[i] = from[i];
}

} // namespace

/// Owns the memfd and its mapping.
class Memory::Storage {
public:
    Storage(const std::string& name, std::uint64_t size) : size_(size) {
        if (size == 0 || size > kLargest)
            host_refuses(name, size, size == 0 ? EINVAL : ENOMEM);
        fd_ = memfd_create("medley-memory", MFD_CLOEXEC);
        if (fd_ < 0)
            host_refuses(name, size, errno);
        void* mapped = MAP_FAILED;
        if (ftruncate(fd_, static_cast<off_t>(size)) == 0)
            mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
        if (mapped == MAP_FAILED) {
            const int error = errno;
            close(fd_);
            host_refuses(name, size, error);
        }
        base_ = static_cast<std::byte*>(mapped);
    }
    ~Storage() {
        munmap(base_, size_);
        close(fd_);
    }
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;

    [[nodiscard]] std::byte* base() const { return base_; }
    [[nodiscard]] int fd() const { return fd_; }

private:
    std::uint64_t size_;
    int fd_ = -1;
    std::byte* base_ = nullptr;
};

Memory::Memory(const sc_core::sc_module_name& name, const MemoryConfig& config)
    : Peripheral(name), config_(config),
      read_latency_(to_sc_time(config.read_latency)), write_latency_(to_sc_time(config.write_latency)),
      storage_(std::make_unique<Storage>(this->name(), config.size)), watch_(config.size) {
    add_port("", socket_);
}

Memory::~Memory() = default;

std::span<std::byte> Memory::bytes() { return {storage_->base(), config_.size}; }

void Memory::invalidate(std::uint64_t first, std::uint64_t last) { socket_.invalidate_direct_mem_ptr(first, last); }

tlm::tlm_response_status Memory::check(const tlm::tlm_generic_payload& transaction) const {
    const auto length = transaction.get_data_length();
    if (length == 0 || transaction.get_streaming_width() == 0 || transaction.get_data_ptr() == nullptr)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (transaction.get_byte_enable_ptr() != nullptr && transaction.get_byte_enable_length() == 0)
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    const auto address = transaction.get_address();
    if (address >= config_.size || extent(transaction) > config_.size - address)
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (transaction.is_write() && !config_.writable)
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

void Memory::transfer(tlm::tlm_generic_payload& transaction) {
    auto* memory = storage_->base() + transaction.get_address();
    auto* data = reinterpret_cast<std::byte*>(transaction.get_data_ptr());
    const std::uint64_t length = transaction.get_data_length();
    const auto beat = extent(transaction);
    for (std::uint64_t done = 0; done < length; done += beat) {
        const auto count = std::min(beat, length - done);
        auto* to = transaction.is_write() ? memory : data + done;
        const auto* from = transaction.is_write() ? data + done : memory;
        if (transaction.get_byte_enable_ptr() != nullptr)
            copy_enabled(to, from, done, count, transaction);
        else
            std::memcpy(to, from, count);
    }
}

void Memory::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const auto response = check(transaction);
    transaction.set_response_status(response);
    if (response != tlm::TLM_OK_RESPONSE)
        return;
    transaction.set_dmi_allowed(true);
    if (transaction.is_read()) {
        ++reads_;
        delay += read_latency_;
        transfer(transaction);
    } else if (transaction.is_write()) {
        ++writes_;
        delay += write_latency_;
        transfer(transaction);
        watch_.written(transaction.get_address(), extent(transaction));
    }
}

unsigned Memory::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto address = transaction.get_address();
    if (address >= config_.size || transaction.get_data_ptr() == nullptr)
        return 0;
    const auto count = std::min<std::uint64_t>(transaction.get_data_length(), config_.size - address);
    auto* memory = storage_->base() + address;
    if (transaction.is_read()) {
        std::memcpy(transaction.get_data_ptr(), memory, count);
    } else if (transaction.is_write()) {
        std::memcpy(memory, transaction.get_data_ptr(), count);
        watch_.written(address, count);
    } else {
        return 0;
    }
    return static_cast<unsigned>(count);
}

bool Memory::get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi) {
    dmi.init();
    dmi.set_start_address(0);
    dmi.set_end_address(config_.size - 1);
    if (config_.writable)
        dmi.allow_read_write();
    else
        dmi.allow_read();
    if (transaction.get_address() >= config_.size || (transaction.is_write() && !config_.writable))
        return false;
    auto* base = reinterpret_cast<unsigned char*>(storage_->base());
    dmi.set_dmi_ptr(base);
    dmi.set_read_latency(read_latency_);
    dmi.set_write_latency(write_latency_);
    if (auto* extension = transaction.get_extension<DmiExtension>()) {
        extension->watch = &watch_;
        extension->base = base;
        extension->fd = storage_->fd();
    }
    return true;
}

std::vector<std::pair<std::string, std::uint64_t>> Memory::statistics() const {
    return {{"reads", reads_}, {"writes", writes_}};
}

namespace {

std::vector<Parameter> memory_parameters(bool writable) {
    std::vector<Parameter> parameters{
        {"size", ParameterType::Size, "", "bytes", true},
        {"read_latency", ParameterType::Time, "0ns", "simulated time that a read takes", false},
    };
    if (writable)
        parameters.push_back({"write_latency", ParameterType::Time, "0ns", "simulated time that a write takes", false});
    return parameters;
}

PeripheralKind memory_kind(const char* name, const char* description, bool writable) {
    PeripheralKind kind;
    kind.name = name;
    kind.description = description;
    kind.document = "none; a memory of no particular part";
    kind.parameters = memory_parameters(writable);
    kind.make = [writable](const char* instance, const Configuration& configuration, const Services&) {
        MemoryConfig config;
        config.size = configuration.number("size");
        config.read_latency = configuration.number("read_latency");
        config.write_latency = writable ? configuration.number("write_latency") : 0;
        config.writable = writable;
        return std::unique_ptr<Peripheral>(std::make_unique<Memory>(instance, config));
    };
    return kind;
}

} // namespace

void register_ram(PeripheralRegistry& registry) {
    registry.add(memory_kind("ram", "Memory with direct access; one target socket \"\" for any number of buses", true));
}

void register_rom(PeripheralRegistry& registry) {
    registry.add(memory_kind("rom", "Memory that only the loader and debuggers write; one target socket \"\"", false));
}

} // namespace medley::periph
