#include "medley/periph/register_block.h"

#include "medley/tlm/initiator_id.h"
#include "medley/tlm/time.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

namespace medley::periph {

namespace {

/// Registers at lower addresses than this many of the smallest one's size are found by a table.
constexpr std::uint64_t kMostUnits = 2048;
constexpr std::uint16_t kNoRow = std::numeric_limits<std::uint16_t>::max();

/// All ones in the bytes whose bits are set in \p enabled.
std::uint64_t byte_mask(std::uint8_t enabled) {
    std::uint64_t mask = 0;
    for (unsigned i = 0; i < 8; ++i)
        if (bit(enabled, i))
            mask |= std::uint64_t{0xff} << (8 * i);
    return mask;
}

/// Up to eight bytes in guest order as a number; guest and host are little-endian here.
std::uint64_t take_bytes(const unsigned char* data, unsigned count) {
    const auto number = [data](auto value) {
        std::memcpy(&value, data, sizeof value);
        return std::uint64_t{value};
    };
    switch (count) {
    case 1: return *data;
    case 2: return number(std::uint16_t{});
    case 4: return number(std::uint32_t{});
    case 8: return number(std::uint64_t{});
    default: break;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i)
        value |= std::uint64_t{data[i]} << (8 * i);
    return value;
}

void put_bytes(unsigned char* data, std::uint64_t value, unsigned count) {
    switch (count) {
    case 1: *data = static_cast<unsigned char>(value); return;
    case 2: std::memcpy(data, &value, 2); return;
    case 4: std::memcpy(data, &value, 4); return;
    case 8: std::memcpy(data, &value, 8); return;
    default: break;
    }
    for (unsigned i = 0; i < count; ++i)
        data[i] = static_cast<unsigned char>(value >> (8 * i));
}

/// The enable bits of \p count bytes of the data array from \p first on.
std::uint8_t enabled_bytes(const tlm::tlm_generic_payload& transaction, unsigned first, unsigned count) {
    const auto* enables = transaction.get_byte_enable_ptr();
    if (enables == nullptr)
        return static_cast<std::uint8_t>(low_mask(count));
    std::uint8_t result = 0;
    for (unsigned i = 0; i < count; ++i)
        if (enables[(first + i) % transaction.get_byte_enable_length()] == TLM_BYTE_ENABLED)
            result = static_cast<std::uint8_t>(result | (1u << i));
    return result;
}

/// The bit of each of the sizes.
unsigned size_bits(unsigned sizes) {
    unsigned bits = 0;
    for (const auto size : {kBytes, kHalfwords, kWords, kDoublewords})
        bits |= (sizes & size) != 0 ? 1U << size : 0;
    return bits;
}

} // namespace

RegisterBlockBase::RegisterBlockBase(const char* socket_name, std::vector<RegisterRow> rows,
                                     const RegisterPolicy& policy)
    : rows_(std::move(rows)), policy_(policy), span_(policy.span), offset_mask_(low_mask(policy.context_from)),
      accepted_sizes_(size_bits(policy.sizes)), latency_(to_sc_time(policy.latency)), socket_(socket_name, *this) {
    for (const auto& row : rows_)
        span_ = policy.span != 0 ? policy.span : std::max(span_, row.end());
    index_rows();
    reset();
}

void RegisterBlockBase::reset() {
    first_.clear();
    values_.clear();
    for (const auto& row : rows_) {
        first_.push_back(values_.size());
        values_.insert(values_.end(), row.shape.count, row.reset);
    }
}

void RegisterBlockBase::limit(std::size_t row, unsigned count) {
    rows_[row].shape.count = std::min(rows_[row].shape.count, count);
    index_rows();
    reset();
}

/// Registers are aligned to their sizes, so that a unit of the least size belongs to one of them or to none.
void RegisterBlockBase::index_rows() {
    unsigned unit = 8;
    std::uint64_t end = 0;
    for (const auto& row : rows_) {
        unit = std::min(unit, row.shape.size);
        end = std::max(end, row.shape.count == 0 ? 0 : row.end());
    }
    unit_log2_ = static_cast<unsigned>(std::countr_zero(unit));
    row_at_.assign(std::min(end >> unit_log2_, kMostUnits), kNoRow);
    if (rows_.size() >= kNoRow)
        row_at_.clear();
    for (std::size_t at = 0; at < row_at_.size(); ++at)
        if (Place place; search(std::uint64_t{at} << unit_log2_, 1, place))
            row_at_[at] = static_cast<std::uint16_t>(place.row);
}

Picoseconds RegisterBlockBase::now() const {
    const auto& kernel = sc_core::sc_time_stamp();
    return to_picoseconds(access_ == nullptr ? kernel : kernel + access_->delay);
}

std::optional<std::uint32_t> RegisterBlockBase::initiator() const {
    const auto* id = access_ == nullptr ? nullptr : access_->transaction.get_extension<InitiatorId>();
    return id == nullptr ? std::nullopt : std::optional(id->value);
}

bool RegisterBlockBase::secure() const {
    if (access_ == nullptr)
        return true;
    const auto* id = access_->transaction.get_extension<InitiatorId>();
    return id != nullptr && id->secure;
}

inline bool RegisterBlockBase::find(std::uint64_t address, unsigned size, Place& place) const {
    const auto unit = address >> unit_log2_;
    if (unit >= row_at_.size()) [[unlikely]]
        return search(address, size, place);
    const std::size_t index = row_at_[static_cast<std::size_t>(unit)];
    if (index == kNoRow)
        return false;
    const auto& row = rows_[index];
    place.row = index;
    place.element = 0;
    place.byte = static_cast<unsigned>(address - row.offset);
    if (row.shape.count != 1) {
        place.element = static_cast<unsigned>(place.byte / row.shape.stride);
        place.byte -= static_cast<unsigned>(place.element * row.shape.stride);
    }
    place.count = std::min(size, row.shape.size - place.byte);
    return true;
}

/// Without the table.
bool RegisterBlockBase::search(std::uint64_t address, unsigned size, Place& place) const {
    const auto is_in = [&](std::size_t index) {
        const auto& row = rows_[index];
        if (row.shape.count == 0 || address < row.offset || address >= row.end())
            return false;
        const auto distance = address - row.offset;
        const auto byte = static_cast<unsigned>(distance % row.shape.stride);
        if (byte >= row.shape.size)
            return false;
        place = {index, static_cast<unsigned>(distance / row.shape.stride), byte, std::min(size, row.shape.size - byte)};
        return true;
    };
    if (last_hit_ < rows_.size() && is_in(last_hit_))
        return true;
    // Arrays may interleave, so that a row that begins before others may still contain the address.
    const auto next = std::ranges::upper_bound(rows_, address, {}, &RegisterRow::offset);
    for (auto index = static_cast<std::size_t>(next - rows_.begin()); index-- > 0;)
        if (is_in(index)) {
            last_hit_ = index;
            return true;
        }
    return false;
}

unsigned RegisterBlockBase::gap(std::uint64_t address, unsigned limit) const {
    unsigned bytes = 1;
    for (Place place; bytes < limit && !find(address + bytes, 1, place);)
        ++bytes;
    return bytes;
}

bool RegisterBlockBase::mapped(std::uint64_t address, unsigned size) const {
    if (address >= span_ || size > span_ - address)
        return false;
    if (policy_.holes == Holes::ReadZero)
        return true;
    for (unsigned done = 0; done < size;) {
        Place place;
        if (!find(address + done, size - done, place))
            return false;
        done += place.count;
    }
    return true;
}

tlm::tlm_response_status RegisterBlockBase::check(const tlm::tlm_generic_payload& transaction) const {
    const auto length = transaction.get_data_length();
    const auto size = std::min(length, transaction.get_streaming_width());
    if (transaction.get_byte_enable_ptr() != nullptr && transaction.get_byte_enable_length() == 0)
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    const bool accepted = size != 0 && size <= 8 && (size & (size - 1)) == 0 && (size & policy_.sizes) != 0;
    if (!accepted || length % size != 0 || transaction.get_data_ptr() == nullptr)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    const auto address = offset_of(transaction.get_address());
    if (address % size != 0 || !mapped(address, size))
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

/// The register of nearly every access: to bytes of one register, all enabled, which obeys all rules.
inline bool RegisterBlockBase::is_plain(const tlm::tlm_generic_payload& transaction, Place& place) const {
    const auto size = transaction.get_data_length();
    const auto address = offset_of(transaction.get_address());
    const bool plain = transaction.get_byte_enable_ptr() == nullptr && transaction.get_streaming_width() >= size && size <= 8 &&
                       bit(accepted_sizes_, size) && (address & (size - 1)) == 0 && address < span_ && size <= span_ - address &&
                       transaction.get_data_ptr() != nullptr;
    return plain && find(address, size, place) && place.count == size;
}

class RegisterBlockBase::Serving {
public:
    Serving(RegisterBlockBase& block, const tlm::tlm_generic_payload& transaction, const sc_core::sc_time& delay)
        : block_(block), access_{transaction, delay, block.access_} {
        block_.access_ = &access_;
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        auto** link = &block_.access_;
        while (*link != &access_)
            link = &(*link)->before;
        *link = access_.before;
    }

private:
    RegisterBlockBase& block_;
    Access access_;
};

void RegisterBlockBase::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    Place place;
    if (!is_plain(transaction, place) || transaction.get_command() == tlm::TLM_IGNORE_COMMAND) [[unlikely]]
        return transport_checked(transaction, delay);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    delay += latency_;
    const Serving serving(*this, transaction, delay);
    transport_plain(transaction, place);
}

inline void RegisterBlockBase::transport_plain(tlm::tlm_generic_payload& transaction, const Place& place) {
    if (transaction.is_write())
        write_register(place, transaction.get_data_ptr(), static_cast<std::uint8_t>(low_mask(place.count)));
    else
        put_bytes(transaction.get_data_ptr(), read_value(place), place.count);
}

void RegisterBlockBase::transport_checked(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const auto response = check(transaction);
    transaction.set_response_status(response);
    if (response != tlm::TLM_OK_RESPONSE || (!transaction.is_read() && !transaction.is_write()))
        return;
    delay += latency_;
    const Serving serving(*this, transaction, delay);
    transfer(transaction);
}

void RegisterBlockBase::transfer(tlm::tlm_generic_payload& transaction) {
    const auto length = transaction.get_data_length();
    const auto size = std::min(length, transaction.get_streaming_width());
    // 64 bits: a length near the type's end must not wrap.
    for (std::uint64_t done = 0; done < length; done += size) {
        const auto first = static_cast<unsigned>(done);
        access({offset_of(transaction.get_address()), transaction.get_data_ptr() + done, size,
                enabled_bytes(transaction, first, size)},
               transaction.is_write());
    }
}

void RegisterBlockBase::access(const Beat& beat, bool write) {
    for (unsigned done = 0; done < beat.size;) {
        const auto enabled = static_cast<std::uint8_t>(beat.enabled >> done);
        Place place;
        if (!find(beat.address + done, beat.size - done, place)) {
            const auto count = gap(beat.address + done, beat.size - done);
            for (unsigned i = 0; i < count && !write; ++i)
                if (bit(enabled, i))
                    beat.data[done + i] = 0;
            done += count;
            continue;
        }
        const auto touched = static_cast<std::uint8_t>(enabled & low_mask(place.count));
        if (touched != 0 && write)
            write_register(place, beat.data + done, touched);
        else if (touched != 0)
            read_register(place, beat.data + done, touched);
        done += place.count;
    }
}

std::uint64_t RegisterBlockBase::shown(const Place& place) {
    if (rows_[place.row].read_hook == ReadHookKind::Pure)
        return call_read(place.row, place.element);
    return value(place.row, place.element);
}

/// With the first byte that is touched lowest.
inline std::uint64_t RegisterBlockBase::read_value(const Place& place) {
    const auto& row = rows_[place.row];
    std::uint64_t result = 0;
    if (row.read_hook != ReadHookKind::None)
        result = call_read(place.row, place.element);
    else if (row.rule.kind != RegisterKind::WriteOnly)
        result = value(place.row, place.element);
    return result >> (8 * place.byte);
}

void RegisterBlockBase::read_register(const Place& place, unsigned char* data, std::uint8_t enabled) {
    const auto result = read_value(place);
    if (enabled == low_mask(place.count))
        return put_bytes(data, result, place.count);
    for (unsigned i = 0; i < place.count; ++i)
        if (bit(enabled, i))
            data[i] = static_cast<unsigned char>(result >> (8 * i));
}

void RegisterBlockBase::write_register(const Place& place, const unsigned char* data, std::uint8_t enabled) {
    const auto& row = rows_[place.row];
    const bool all = enabled == low_mask(place.count);
    const auto lanes = (all ? low_mask(8 * place.count) : byte_mask(enabled)) << (8 * place.byte);
    auto written = (take_bytes(data, place.count) << (8 * place.byte)) & lanes;
    auto& stored = value(place.row, place.element);
    switch (row.rule.kind) {
    case RegisterKind::ReadOnly: return;
    case RegisterKind::ReadWrite:
        // What the guest sees in the bytes that it does not write stays: a counter keeps its other half.
        if ((row.rule.mask & ~lanes) != 0)
            written |= shown(place) & ~lanes;
        stored = (stored & ~row.rule.mask) | (written & row.rule.mask);
        break;
    case RegisterKind::WriteOnly: stored = written & row.rule.mask; break;
    case RegisterKind::WriteOneClears: stored &= ~(written & row.rule.mask); break;
    case RegisterKind::Command: break;
    }
    if (row.write_hook)
        call_write(place.row, place.element, written & row.rule.mask);
}

unsigned RegisterBlockBase::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto address = offset_of(transaction.get_address());
    if (address >= span_ || transaction.get_data_ptr() == nullptr || (!transaction.is_read() && !transaction.is_write()))
        return 0;
    const auto length = static_cast<unsigned>(std::min<std::uint64_t>(transaction.get_data_length(), span_ - address));
    auto* data = transaction.get_data_ptr();
    for (unsigned done = 0; done < length; ++done) {
        Place place;
        const bool found = find(address + done, 1, place);
        if (transaction.is_read()) {
            data[done] = found ? static_cast<unsigned char>(shown(place) >> (8 * place.byte)) : 0;
        } else if (found && rows_[place.row].rule.kind != RegisterKind::ReadOnly) {
            auto& stored = value(place.row, place.element);
            const auto mask = rows_[place.row].rule.mask & (std::uint64_t{0xff} << (8 * place.byte));
            stored = (stored & ~mask) | ((std::uint64_t{data[done]} << (8 * place.byte)) & mask);
        }
    }
    return length;
}

bool RegisterBlockBase::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
    dmi.init();
    dmi.set_start_address(0);
    dmi.set_end_address(~sc_dt::uint64{0});
    return false;
}

RegisterInfo describe(const RegisterRow& row) {
    RegisterInfo info;
    info.offset = row.offset;
    info.size = row.shape.size;
    info.name = row.name;
    info.reset = row.reset;
    info.write_mask = row.rule.mask;
    info.meaning = row.meaning;
    switch (row.rule.kind) {
    case RegisterKind::Command:
    case RegisterKind::ReadWrite: info.access = "RW"; break;
    case RegisterKind::ReadOnly: info.access = "RO"; break;
    case RegisterKind::WriteOnly: info.access = "WO"; break;
    case RegisterKind::WriteOneClears: info.access = "R/W1C"; break;
    }
    info.count = row.shape.count;
    info.stride = row.shape.stride;
    return info;
}

} // namespace medley::periph
