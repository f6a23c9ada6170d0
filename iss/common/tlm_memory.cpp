#include "iss/common/tlm_memory.h"

#include <algorithm>

namespace medley::iss {

namespace {

/// An address that misses both grants and known refusals is asked for; more refusals than this are forgotten.
constexpr std::size_t kMostRanges = 256;

} // namespace

TlmMemory::TlmMemory(FindTarget find_target, std::uint32_t initiator_id, Clock& clock, WorkerTeam::Member* team,
                     bool may_be_secure)
    : find_target_(std::move(find_target)), clock_(clock), team_(team), may_be_secure_(may_be_secure) {
    id_.value = initiator_id;
    payload_.set_extension(&id_);
    payload_.set_extension(&dmi_);
}

TlmMemory::~TlmMemory() {
    set_listener(nullptr);
    payload_.clear_extension(&id_);
    payload_.clear_extension(&dmi_);
}

/// SystemC knows one thread. What a CPU asks for while its platform comes down is not done.
template <class Body>
void TlmMemory::on_kernel(Body body) {
    if (team_ != nullptr)
        team_->ask(body);
    else
        body();
}

void TlmMemory::set_listener(MemoryListener* listener) {
    for (auto* watch : watches_) {
        if (listener_ != nullptr)
            watch->remove_listener(*listener_);
        if (listener != nullptr)
            watch->add_listener(*listener);
    }
    listener_ = listener;
}

void TlmMemory::adopt(CodeWatch* watch) {
    if (watch != nullptr && watches_.insert(watch).second && listener_ != nullptr)
        watch->add_listener(*listener_);
}

DirectRange TlmMemory::direct(Address physical) {
    for (const auto& range : ranges_)
        if (physical >= range.first && physical <= range.last)
            return range;
    DirectRange range{nullptr, physical, physical, false, false, nullptr, 0};
    on_kernel([&] { range = request(physical); });
    return range;
}

DirectRange TlmMemory::request(Address physical) {
    ++counts_.dmi_requests;
    dmi_.watch = nullptr;
    dmi_.base = nullptr;
    dmi_.fd = -1;
    payload_.set_command(tlm::TLM_READ_COMMAND);
    payload_.set_address(physical);
    tlm::tlm_dmi grant;
    DirectRange range;
    const bool granted = target().get_direct_mem_ptr(payload_, grant);
    range.first = grant.get_start_address();
    range.last = grant.get_end_address();
    if (physical < range.first || physical > range.last)
        return DirectRange{nullptr, physical, physical, false, false, nullptr, 0}; // not a valid answer: not kept
    if (granted && grant.get_dmi_ptr() != nullptr) {
        range.host = reinterpret_cast<std::byte*>(grant.get_dmi_ptr());
        range.readable = grant.is_read_allowed();
        range.writable = grant.is_write_allowed();
        range.watch = dmi_.watch;
        if (dmi_.watch != nullptr)
            range.watch_offset = static_cast<std::uint64_t>(grant.get_dmi_ptr() - dmi_.base);
        // Code is watched by the memory's pages: where the bus shifts them against those of addresses, nothing is direct.
        if (range.watch != nullptr && (range.watch_offset - range.first) % kPageSize != 0)
            range = DirectRange{nullptr, range.first, range.last, false, false, nullptr, 0};
        adopt(range.watch);
    }
    if (ranges_.size() >= kMostRanges)
        std::erase_if(ranges_, [](const DirectRange& known) { return known.host == nullptr; });
    ranges_.push_back(range);
    return range;
}

MemStatus TlmMemory::transact(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size, MemAttributes attributes) {
    payload_.set_command(command);
    payload_.set_address(physical);
    payload_.set_data_ptr(data);
    payload_.set_data_length(static_cast<unsigned>(size));
    payload_.set_streaming_width(static_cast<unsigned>(size));
    payload_.set_byte_enable_ptr(nullptr);
    payload_.set_dmi_allowed(false);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    on_kernel([&] {
        const auto start = clock_.before_transaction();
        id_.secure = may_be_secure_ && start.secure && !attributes.nonsecure;
        auto delay = start.offset;
        target().b_transport(payload_, delay);
        clock_.after_transaction(start, delay);
    });
    if (payload_.is_response_ok())
        return MemStatus::Ok;
    ++counts_.errors;
    return MemStatus::Bus;
}

MemStatus TlmMemory::read(Address physical, std::span<std::byte> data, MemAttributes attributes) {
    ++counts_.reads;
    return transact(tlm::TLM_READ_COMMAND, physical, reinterpret_cast<unsigned char*>(data.data()), data.size(), attributes);
}

MemStatus TlmMemory::write(Address physical, std::span<const std::byte> data, MemAttributes attributes) {
    ++counts_.writes;
    // TLM has one data pointer for both directions; targets do not write through it on a write command.
    auto* bytes = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(data.data()));
    return transact(tlm::TLM_WRITE_COMMAND, physical, bytes, data.size(), attributes);
}

std::size_t TlmMemory::debug(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(physical);
    payload.set_data_ptr(data);
    payload.set_data_length(static_cast<unsigned>(size));
    payload.set_streaming_width(static_cast<unsigned>(size));
    std::size_t done = 0;
    on_kernel([&] { done = target().transport_dbg(payload); });
    return std::min(done, size);
}

std::size_t TlmMemory::peek(Address physical, std::span<std::byte> data) {
    return debug(tlm::TLM_READ_COMMAND, physical, reinterpret_cast<unsigned char*>(data.data()), data.size());
}

std::size_t TlmMemory::poke(Address physical, std::span<const std::byte> data) {
    auto* bytes = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(data.data()));
    return debug(tlm::TLM_WRITE_COMMAND, physical, bytes, data.size());
}

void TlmMemory::invalidate(Address first, Address last) {
    ++counts_.dmi_invalidations;
    std::erase_if(ranges_, [&](const DirectRange& range) { return range.first <= last && first <= range.last; });
    if (listener_ != nullptr)
        listener_->direct_invalidated(first, last);
}

} // namespace medley::iss
