#include "peripherals/fwcfg/fw_cfg.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace medley::periph {

namespace {

// Keys of items, and where files begin.
constexpr std::uint16_t kSignature = 0x0000, kIdentity = 0x0001, kCpus = 0x0005, kDirectory = 0x0019, kFirstFile = 0x0020;
constexpr std::uint16_t kWriteChannel = 0x4000;   // Of a key: for writing, which nothing here is.
constexpr std::uint64_t kSelector = 8, kDma = 16;
constexpr std::size_t kNameLength = 56, kMostFiles = 0x1000;
constexpr std::uint64_t kDmaSignature = 0x51454d5520434647; // "QEMU CFG"
// Control word of a DMA request.
constexpr std::uint32_t kError = 1, kRead = 2, kSkip = 4, kSelect = 8, kWrite = 16;
/// A file that is larger than this is no configuration.
constexpr std::size_t kLargestFile = std::size_t{256} << 20;

void append(std::vector<unsigned char>& to, std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;)
        to.push_back(static_cast<unsigned char>(value >> (8 * i)));
}

std::uint64_t big_endian(std::span<const unsigned char> bytes) {
    std::uint64_t value = 0;
    for (const auto byte : bytes)
        value = value << 8 | byte;
    return value;
}

std::vector<unsigned char> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file || file.tellg() < 0)
        throw UserError(fmt::format("fw_cfg: {}: cannot be read", path));
    if (static_cast<std::uint64_t>(file.tellg()) > kLargestFile)
        throw UserError(fmt::format("fw_cfg: {}: is larger than 256 MiB", path));
    file.seekg(0);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace

FwCfg::FwCfg(const sc_core::sc_module_name& name, std::uint64_t cpus, const std::string& files) : Peripheral(name) {
    add_port("", socket_);
    add_port("bus", bus_);
    items_[kSignature] = {'Q', 'E', 'M', 'U'};
    // Items that are numbers are little-endian; bit 1 says that there is DMA.
    items_[kIdentity] = {3, 0, 0, 0};
    items_[kCpus] = {static_cast<unsigned char>(cpus), static_cast<unsigned char>(cpus >> 8)};
    add_files(files);
}

void FwCfg::add_files(const std::string& files) {
    struct File {
        std::string name;
        std::size_t size;
        std::uint16_t key;
    };
    std::vector<File> all;
    for (std::size_t start = 0; start < files.size();) {
        const auto end = std::min(files.find(',', start), files.size());
        const auto entry = files.substr(start, end - start);
        const auto equals = entry.find('=');
        if (equals == 0 || equals == std::string::npos || equals >= kNameLength || all.size() == kMostFiles)
            throw UserError(fmt::format("fw_cfg '{}': files: '{}': expected NAME=PATH, NAME of at most {} characters", basename(), entry,
                                        kNameLength - 1));
        const auto key = static_cast<std::uint16_t>(kFirstFile + all.size());
        items_[key] = read_file(entry.substr(equals + 1));
        all.push_back({entry.substr(0, equals), items_[key].size(), key});
        start = end + 1;
    }
    auto& directory = items_[kDirectory];
    append(directory, all.size(), 4);
    for (const auto& file : all) {
        append(directory, file.size, 4);
        append(directory, file.key, 2);
        append(directory, 0, 2);
        directory.insert(directory.end(), file.name.begin(), file.name.end());
        directory.resize(directory.size() + kNameLength - file.name.size());
    }
}

void FwCfg::reset() {
    select(kSignature);
    high_ = 0;
}

void FwCfg::select(std::uint16_t key) {
    selected_ = key & ~kWriteChannel;
    offset_ = 0;
}

unsigned char FwCfg::next() {
    const auto item = items_.find(selected_);
    return item != items_.end() && offset_ < item->second.size() ? item->second[offset_++] : 0;
}

void FwCfg::read(std::uint64_t address, std::span<unsigned char> data) {
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto at = address + i;
        if (at < kSelector)
            data[i] = next(); // The item's bytes in their order, however wide the access.
        else
            data[i] = at >= kDma ? static_cast<unsigned char>(kDmaSignature >> (8 * (7 - (at - kDma)))) : 0;
    }
}

void FwCfg::write(std::uint64_t address, std::uint64_t value, std::size_t size) {
    if (address == kSelector && size == 2)
        select(static_cast<std::uint16_t>(value));
    else if (address == kDma && size == 4)
        high_ = value << 32;
    else if (address == kDma + 4 && size == 4)
        transfer(std::exchange(high_, 0) | value);
    else if (address == kDma && size == 8)
        transfer(value);
}

void FwCfg::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) {
    const auto address = transaction.get_address();
    const auto size = transaction.get_data_length();
    const bool usual = (size == 1 || size == 2 || size == 4 || size == 8) && transaction.get_streaming_width() >= size &&
                       transaction.get_byte_enable_ptr() == nullptr && transaction.get_data_ptr() != nullptr;
    if (!usual) {
        transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (address >= kSpan || address % size != 0) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    const std::span data(transaction.get_data_ptr(), size);
    if (transaction.is_read())
        read(address, data);
    else if (transaction.is_write())
        write(address, big_endian(data), size);
}

/// What a read would give, without a step further.
unsigned FwCfg::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto address = transaction.get_address();
    if (!transaction.is_read() || address >= kSpan || transaction.get_data_ptr() == nullptr)
        return 0;
    const auto size = std::min<std::uint64_t>(transaction.get_data_length(), kSpan - address);
    const auto before = offset_;
    read(address, {transaction.get_data_ptr(), static_cast<std::size_t>(size)});
    offset_ = before;
    return static_cast<unsigned>(size);
}

bool FwCfg::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
    dmi.init();
    dmi.set_start_address(0);
    dmi.set_end_address(~sc_dt::uint64{0});
    return false;
}

/// A request: control word, length and address, big-endian. It is done when the control word is 0, or bit 0 of it alone.
void FwCfg::transfer(Address control) {
    std::array<unsigned char, 16> request{};
    // A request that lies on this device's registers must not lead round in circles.
    if (transferring_)
        return;
    transferring_ = true;
    if (access(tlm::TLM_READ_COMMAND, control, request)) {
        const auto what = static_cast<std::uint32_t>(big_endian(std::span(request).first(4)));
        const auto length = big_endian(std::span(request).subspan(4, 4));
        if ((what & kSelect) != 0)
            select(static_cast<std::uint16_t>(what >> 16));
        bool done = (what & kWrite) == 0;
        if (done && (what & kRead) != 0)
            done = copy_out(big_endian(std::span(request).subspan(8)), length);
        else if (done && (what & kSkip) != 0)
            offset_ += static_cast<std::size_t>(length);
        std::array<unsigned char, 4> answer{0, 0, 0, static_cast<unsigned char>(done ? 0 : kError)};
        static_cast<void>(access(tlm::TLM_WRITE_COMMAND, control, answer));
    }
    transferring_ = false;
}

/// Zeros behind the item's end.
bool FwCfg::copy_out(Address to, std::uint64_t length) {
    std::array<unsigned char, 4096> piece{};
    while (length != 0) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, piece.size() - to % piece.size()));
        const auto data = std::span(piece).first(size);
        std::generate(data.begin(), data.end(), [this] { return next(); });
        if (!access(tlm::TLM_WRITE_COMMAND, to, data))
            return false;
        to += size;
        length -= size;
    }
    return true;
}

bool FwCfg::access(tlm::tlm_command command, Address address, std::span<unsigned char> data) {
    if (bus_.size() == 0)
        return false;
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(data.data());
    transaction.set_data_length(static_cast<unsigned>(data.size()));
    transaction.set_streaming_width(static_cast<unsigned>(data.size()));
    auto delay = sc_core::SC_ZERO_TIME;
    bus_->b_transport(transaction, delay);
    return transaction.is_response_ok();
}

std::vector<RegisterInfo> FwCfg::describe() {
    return {{0x00, 8, "DATA", 0, 0, "the next bytes of the selected item", "RO", 1, 8},
            {0x08, 2, "SELECTOR", 0, 0xffff, "selects an item (big-endian)", "WO", 1, 2},
            {0x10, 8, "DMA", kDmaSignature, ~std::uint64_t{0}, "address of a request (big-endian); reads as \"QEMU CFG\"", "RW", 1, 8}};
}

void register_fw_cfg(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "fw_cfg";
    kind.description = "firmware configuration, read-only; bus master port \"bus\"";
    kind.document = "QEMU Firmware Configuration (fw_cfg) Device (QEMU, docs/specs/fw_cfg)";
    kind.parameters = {
        {"cpus", ParameterType::Integer, "1", "number of CPUs that the guest is told", false},
        {"files", ParameterType::Text, "", "files for the guest: NAME=PATH, with commas between several", false},
    };
    kind.registers = FwCfg::describe();
    kind.address_size = FwCfg::kSpan;
    kind.make = [](const char* name, const Configuration& configuration, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<FwCfg>(name, configuration.number("cpus"), configuration.text("files")));
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "fw-cfg";
        tree.compatible = {"qemu,fw-cfg-mmio"};
        tree.flags = {"dma-coherent"};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
