#include "peripherals/flash/cfi_flash.h"

#include "medley/base/bits.h"
#include "medley/base/error.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace medley::periph {

namespace {

constexpr unsigned kBusWidth = 4, kChips = 2;
constexpr std::uint8_t kReady = 0x80, kEraseError = 0x20, kProgramError = 0x10, kLockedError = 0x02; // Status register
constexpr std::uint8_t kConfirm = 0xd0;
/// Words of a write buffer, each on one chip.
constexpr unsigned kBufferWords = 512;
constexpr std::uint8_t kErased = 0xff;
constexpr std::uint16_t kManufacturer = 0x0089, kDevice = 0x0018;

MemoryConfig array_of(std::uint64_t size) {
    MemoryConfig memory;
    memory.size = size;
    memory.writable = false;
    return memory;
}

/// Refuses what no geometry of JESD68 can describe, before memory is made of it.
CfiFlashConfig checked(const std::string& name, CfiFlashConfig config) {
    constexpr std::uint64_t kLargest = std::uint64_t{1} << 30, kSmallestBlock = 512;
    if (!std::has_single_bit(config.block) || config.block < kSmallestBlock || config.block > config.size)
        throw UserError(fmt::format("cfi_flash '{}': block is {}, must be a power of two from 512 to the size", name, config.block));
    if (!std::has_single_bit(config.size) || config.size > kLargest || config.size / config.block > 65536)
        throw UserError(fmt::format("cfi_flash '{}': size is {}, must be a power of two, at most 1 GiB and 65536 blocks", name, config.size));
    return config;
}

} // namespace

CfiFlash::CfiFlash(const sc_core::sc_module_name& name, const CfiFlashConfig& config, const Log& log)
    : Peripheral(name), config_(checked(std::string(name), config)), log_(log), memory_("array", array_of(config.size)),
      filled_(config.size / config.block), locked_(config.size / config.block) {
    inner_.bind(*memory_.target_socket(""));
    add_port("", socket_);
    if (!config_.file.empty())
        load_file();
    reset();
}

CfiFlash::~CfiFlash() {
    if (fd_ >= 0)
        close(fd_);
}

void CfiFlash::load_file() {
    const auto fail = [this](const std::string& why) {
        if (fd_ >= 0)
            close(fd_);
        throw UserError(fmt::format("cfi_flash '{}': {}: {}", basename(), config_.file, why));
    };
    const int fd = open(config_.file.c_str(), (config_.save ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0)
        fail(std::strerror(errno));
    fd_ = fd;
    struct stat info {};
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        fail("not a file");
    if (static_cast<std::uint64_t>(info.st_size) > config_.size)
        fail(fmt::format("{} bytes do not fit into {}", info.st_size, config_.size));
    fill(0, static_cast<std::uint64_t>(info.st_size));
    auto left = memory_.bytes().first(static_cast<std::size_t>(info.st_size));
    while (!left.empty()) {
        const auto count = ::read(fd, left.data(), left.size());
        if (count <= 0)
            fail("cannot be read");
        left = left.subspan(static_cast<std::size_t>(count));
    }
    saved_ = static_cast<std::uint64_t>(info.st_size);
    if (config_.save)
        return;
    close(fd);
    fd_ = -1;
}

/// Locks are volatile and clear here, as boot firmware leaves them.
void CfiFlash::reset() {
    expect_ = Expect::Command;
    status_ = kReady;
    buffer_.clear();
    std::fill(locked_.begin(), locked_.end(), false);
    show(Show::Array);
}

/// Grants and refusals of the other mode are void.
void CfiFlash::show(Show what) {
    const bool matters = (show_ == Show::Array) != (what == Show::Array);
    show_ = what;
    if (!matters)
        return;
    socket_.invalidate_direct_mem_ptr(0, config_.size - 1);
}

void CfiFlash::fill(Address address, std::uint64_t size) {
    if (size == 0)
        return;
    for (auto block = block_of(address); block <= block_of(address + size - 1); ++block) {
        if (filled_[block])
            continue;
        filled_[block] = true;
        std::memset(memory_.bytes().data() + block * config_.block, kErased, config_.block);
    }
}

void CfiFlash::changed(Address address, std::uint64_t size) {
    memory_.watch().written(address, size);
    if (fd_ < 0)
        return;
    // What lies between the end of the file and this is erased; a hole would read as zeros.
    const auto first = std::min<std::uint64_t>(address, saved_);
    fill(first, address + size - first);
    for (auto at = first; at < address + size;) {
        const auto count = pwrite(fd_, memory_.bytes().data() + at, address + size - at, static_cast<off_t>(at));
        if (count <= 0)
            return stop_saving(count < 0 ? errno : ENOSPC);
        at += static_cast<std::uint64_t>(count);
        saved_ = std::max<std::uint64_t>(saved_, at);
    }
}

/// The guest's flash goes on without its file.
void CfiFlash::stop_saving(int error) {
    log_.report(Severity::Warning, basename(), fmt::format("{}: what the guest changes is not saved from here on: {}", config_.file, std::strerror(error)));
    close(fd_);
    fd_ = -1;
}

void CfiFlash::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const auto address = transaction.get_address();
    const auto size = transaction.get_data_length();
    const bool plain = transaction.get_data_ptr() != nullptr && transaction.get_byte_enable_ptr() == nullptr &&
                       transaction.get_streaming_width() >= size && size != 0;
    if (address >= config_.size || size > config_.size - address) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    if (transaction.is_read() && show_ == Show::Array) {
        fill(address, size);
        inner_->b_transport(transaction, delay);
        return;
    }
    if (!plain || size > 8 || !std::has_single_bit(size) || address % size != 0) {
        transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    if (transaction.is_read())
        read(address, transaction.get_data_ptr(), size);
    else if (transaction.is_write())
        write(address, transaction.get_data_ptr(), size);
}

/// The array, whatever the mode: loaders fill it this way.
unsigned CfiFlash::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto address = transaction.get_address();
    if (address >= config_.size || transaction.get_data_ptr() == nullptr)
        return 0;
    fill(address, std::min<std::uint64_t>(transaction.get_data_length(), config_.size - address));
    return inner_->transport_dbg(transaction);
}

bool CfiFlash::get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi) {
    dmi.init();
    dmi.set_start_address(0);
    dmi.set_end_address(config_.size - 1);
    const auto address = transaction.get_address();
    if (show_ != Show::Array || address >= config_.size || transaction.is_write())
        return false;
    fill(address, 1);
    if (!inner_->get_direct_mem_ptr(transaction, dmi))
        return false;
    // A block at a time: what nobody reads need not be filled.
    const auto first = block_of(address) * config_.block;
    dmi.set_dmi_ptr(dmi.get_dmi_ptr() + first);
    dmi.set_start_address(first);
    dmi.set_end_address(first + config_.block - 1);
    return true;
}

// --- what the guest sees beside the array

/// JESD68.01, table 1: by index of a 16-bit word on one chip.
std::uint8_t CfiFlash::query(Address index) const {
    const auto chip_size = config_.size / kChips, chip_block = config_.block / kChips;
    const auto blocks = config_.size / config_.block - 1;
    switch (index) {
    case 0x10: return 'Q';
    case 0x11: return 'R';
    case 0x12: return 'Y';
    case 0x13: return 0x01;                                                // Intel/Sharp extended command set
    case 0x15: return 0x31;                                                // Its table begins here.
    case 0x1b: return 0x45;                                                // Supply: 4.5 V
    case 0x1c: return 0x55;                                                // to 5.5 V.
    case 0x1f: case 0x20: return 0x07;                                     // Word and buffer take 2^7 us,
    case 0x21: return 0x0a;                                                // erasure 2^10 ms;
    case 0x23: case 0x24: case 0x25: return 0x04;                          // at most 2^4 times that.
    case 0x27: return static_cast<std::uint8_t>(std::countr_zero(chip_size));
    case 0x28: return 0x01;                                                // 16 bits
    case 0x2a: return static_cast<std::uint8_t>(std::countr_zero(kBufferWords * 2));
    case 0x2c: return 1;                                                   // One region of equal blocks.
    case 0x2d: return static_cast<std::uint8_t>(blocks);
    case 0x2e: return static_cast<std::uint8_t>(blocks >> 8);
    case 0x2f: return static_cast<std::uint8_t>(chip_block >> 8);
    case 0x30: return static_cast<std::uint8_t>(chip_block >> 16);
    case 0x31: return 'P';
    case 0x32: return 'R';
    case 0x33: return 'I';
    case 0x34: return '1';
    case 0x35: return '0';
    default: return 0;
    }
}

/// Both chips answer alike.
std::uint32_t CfiFlash::shown(Address address) const {
    const auto index = address / kBusWidth;
    std::uint16_t value = status_;
    if (show_ == Show::Query)
        value = query(index);
    else if (show_ == Show::Identity && index % (config_.block / kBusWidth) == 2)
        value = locked_[block_of(address)] ? 1 : 0;
    else if (show_ == Show::Identity)
        value = index == 0 ? kManufacturer : index == 1 ? kDevice : 0;
    return value | static_cast<std::uint32_t>(value) << 16;
}

void CfiFlash::read(Address address, unsigned char* data, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
        data[i] = static_cast<unsigned char>(shown(address + i) >> (8 * ((address + i) % kBusWidth)));
}

void CfiFlash::write(Address address, const unsigned char* data, unsigned size) {
    switch (expect_) {
    case Expect::Command: command(address, data[0]); break;
    case Expect::Program:
        program(address, data, size);
        expect_ = Expect::Command;
        break;
    case Expect::Count:
        writes_left_ = (data[0] | (size > 1 ? data[1] << 8 : 0)) + 1U;
        buffered_block_ = block_of(address);
        buffer_.clear();
        buffer_is_bad_ = writes_left_ > kBufferWords;
        expect_ = Expect::Data;
        break;
    case Expect::Data: {
        Write each{address, size, {}};
        std::copy_n(data, size, each.data.begin());
        buffer_is_bad_ = buffer_is_bad_ || block_of(address) != buffered_block_;
        if (!buffer_is_bad_)
            buffer_.push_back(each);
        if (--writes_left_ == 0 || buffer_is_bad_)
            expect_ = Expect::BufferConfirm;
        break;
    }
    case Expect::BufferConfirm: finish_buffer(data[0] == kConfirm); break;
    case Expect::EraseConfirm:
        if (data[0] == kConfirm)
            erase(address);
        else
            status_ |= kEraseError | kProgramError; // A sequence error (JEP137).
        expect_ = Expect::Command;
        break;
    case Expect::LockConfirm: change_lock(address, data[0]); break;
    }
}

void CfiFlash::command(Address address, std::uint8_t code) {
    switch (code) {
    case 0x10:
    case 0x40:
        expect_ = Expect::Program;
        show(Show::Status);
        break;
    case 0x20:
        expect_ = Expect::EraseConfirm;
        show(Show::Status);
        break;
    case 0x50: status_ = kReady; break;
    case 0x60:
        expect_ = Expect::LockConfirm;
        show(Show::Status);
        break;
    case 0x70:
    case 0xb0:
    case kConfirm: show(Show::Status); break;
    case 0x90: show(Show::Identity); break;
    case 0x98:
        if (address / kBusWidth % 0x100 == 0x55)
            show(Show::Query);
        break;
    case 0xe8:
        expect_ = Expect::Count;
        show(Show::Status);
        break;
    default: show(Show::Array); break; // 0xff, and what no chip knows.
    }
}

void CfiFlash::finish_buffer(bool confirmed) {
    expect_ = Expect::Command;
    if (!confirmed || buffer_is_bad_)
        status_ |= kEraseError | kProgramError;
    else
        for (const auto& each : buffer_)
            program(each.address, each.data.data(), each.size);
    buffer_.clear();
}

void CfiFlash::change_lock(Address address, std::uint8_t code) {
    expect_ = Expect::Command;
    if (code == 0x01 || code == 0x2f)
        locked_[block_of(address)] = true;
    else if (code == kConfirm)
        locked_[block_of(address)] = false;
    else
        status_ |= kEraseError | kProgramError;
}

/// Programming only clears bits.
void CfiFlash::program(Address address, const unsigned char* data, unsigned size) {
    if (locked_[block_of(address)]) {
        status_ |= kProgramError | kLockedError;
        return;
    }
    ++programs_;
    fill(address, size);
    auto* array = memory_.bytes().data() + address;
    for (unsigned i = 0; i < size; ++i)
        array[i] &= std::byte{data[i]};
    changed(address, size);
}

void CfiFlash::erase(Address address) {
    const auto block = block_of(address);
    if (locked_[block]) {
        status_ |= kEraseError | kLockedError;
        return;
    }
    ++erases_;
    filled_[block] = false;
    fill(block * config_.block, 1);
    changed(block * config_.block, config_.block);
}

std::vector<std::pair<std::string, std::uint64_t>> CfiFlash::statistics() const { return {{"programs", programs_}, {"erases", erases_}}; }

void register_cfi_flash(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "cfi_flash";
    kind.description = "NOR flash, two 16-bit chips side by side; one target socket \"\"";
    kind.document = "JEDEC JESD68.01 (Common Flash Interface); JEP137, command set 0001";
    kind.parameters = {
        {"size", ParameterType::Size, "", "bytes, a power of two", true},
        {"block", ParameterType::Size, "256K", "bytes that are erased together, a power of two; no more than the size", false},
        {"file", ParameterType::Text, "", "the content at the start", false},
        {"save", ParameterType::Boolean, "false", "writes what the guest changes back to the file", false},
    };
    kind.make = [](const char* name, const Configuration& configuration, const Services& services) {
        CfiFlashConfig config;
        config.size = configuration.number("size");
        config.block = std::min(configuration.number("block"), config.size);
        config.file = configuration.text("file");
        config.save = configuration.flag("save");
        return std::unique_ptr<Peripheral>(std::make_unique<CfiFlash>(name, config, services.log));
    };
    kind.tree = [](const Configuration&) {
        TreeInfo tree;
        tree.node_name = "flash";
        tree.compatible = {"cfi-flash"};
        tree.cells = {{"bank-width", {kBusWidth}}};
        return tree;
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
