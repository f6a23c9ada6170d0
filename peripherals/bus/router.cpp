#include "peripherals/bus/router.h"

#include "medley/base/error.h"
#include "medley/tlm/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace medley::periph {

namespace {

constexpr Address kTop = std::numeric_limits<Address>::max();

/// Puts a payload back as it was when a part of it has been forwarded.
class PayloadRestorer {
public:
    explicit PayloadRestorer(tlm::tlm_generic_payload& transaction)
        : transaction_(transaction), address_(transaction.get_address()), data_(transaction.get_data_ptr()),
          length_(transaction.get_data_length()) {}
    ~PayloadRestorer() {
        transaction_.set_address(address_);
        transaction_.set_data_ptr(data_);
        transaction_.set_data_length(length_);
    }
    PayloadRestorer(const PayloadRestorer&) = delete;
    PayloadRestorer& operator=(const PayloadRestorer&) = delete;

private:
    tlm::tlm_generic_payload& transaction_;
    Address address_;
    unsigned char* data_;
    unsigned length_;
};

/// Moves a range from a target's addresses to the bus's, clipped to a mapping of [first, last]. False when nothing is left.
bool to_bus(Address first, Address last, sc_dt::uint64& range_first, sc_dt::uint64& range_last) {
    const auto limit = last - first;
    if (range_first > limit || range_first > range_last)
        return false;
    range_first += first;
    range_last = first + std::min<Address>(range_last, limit);
    return true;
}

} // namespace

Router::Router(const sc_core::sc_module_name& name, Picoseconds latency) : Bus(name), latency_(to_sc_time(latency)) {
    out_.register_invalidate_direct_mem_ptr(this, &Router::invalidate_direct_mem_ptr);
    add_port("", in_);
}

bool Router::reaches(const Router& other) const {
    return this == &other || std::ranges::any_of(mappings_, [&](const Mapping& mapping) {
        return mapping.bus != nullptr && mapping.bus->reaches(other);
    });
}

void Router::map(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) {
    if (size == 0 || size - 1 > kTop - base)
        throw UserError(fmt::format("{}: '{}' at {:#x} with size {:#x} is not a range of addresses", this->name(), name,
                                    base, size));
    Mapping mapping{base, base + (size - 1), mappings_.size() + overlays_.size(), name, nullptr, nullptr};
    for (const auto& other : mappings_)
        if (mapping.first <= other.last && other.first <= mapping.last)
            throw UserError(fmt::format("{}: '{}' at {:#x} overlaps '{}' at {:#x}", this->name(), name, base,
                                        other.name, other.first));
    if (auto* socket = dynamic_cast<sc_core::sc_object*>(&target))
        mapping.bus = dynamic_cast<Router*>(socket->get_parent_object());
    if (mapping.bus != nullptr && mapping.bus->reaches(*this))
        throw UserError(fmt::format("{}: mapping '{}' makes a ring of buses", this->name(), name));
    out_.bind(target);
    mappings_.insert(std::ranges::upper_bound(mappings_, base, {}, &Mapping::first), std::move(mapping));
    last_hit_ = nullptr;
}

void Router::overlay(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) {
    if (size == 0 || size - 1 > kTop - base)
        throw UserError(fmt::format("{}: '{}' at {:#x} with size {:#x} is not a range of addresses", this->name(), name,
                                    base, size));
    out_.bind(target);
    overlays_.push_back({base, base + (size - 1), mappings_.size() + overlays_.size(), name, nullptr, nullptr});
}

void Router::attach(InitiatorSocket& initiator) { in_.bind(initiator); }

inline Router::Mapping* Router::find(Address address) {
    const bool again = last_hit_ != nullptr && overlays_.empty() && address >= last_hit_->first && address <= last_hit_->last;
    return again ? last_hit_ : search(address);
}

Router::Mapping* Router::search(Address address) {
    for (auto& overlay : overlays_)
        if (address >= overlay.first && address <= overlay.last)
            return &overlay;
    if (last_hit_ != nullptr && address >= last_hit_->first && address <= last_hit_->last)
        return last_hit_;
    const auto next = std::ranges::upper_bound(mappings_, address, {}, &Mapping::first);
    if (next == mappings_.begin() || address > std::prev(next)->last)
        return nullptr;
    last_hit_ = &*std::prev(next);
    return last_hit_;
}

std::pair<Address, Address> Router::hole(Address address) const {
    const auto next = std::ranges::upper_bound(mappings_, address, {}, &Mapping::first);
    const auto first = next == mappings_.begin() ? 0 : std::prev(next)->last + 1;
    const auto last = next == mappings_.end() ? kTop : next->first - 1;
    return {first, last};
}

Address Router::end_of_run(const Mapping& mapping, Address address) const {
    auto last = mapping.last;
    for (const auto& overlay : overlays_)
        if (overlay.first > address)
            last = std::min(last, overlay.first - 1);
    return last;
}

bool Router::spare_overlays(Address address, tlm::tlm_dmi& dmi) const {
    for (const auto& overlay : overlays_) {
        const auto first = overlay.first & kPageMask;
        const auto last = overlay.last | ~kPageMask;
        if (address >= first && address <= last) {
            dmi.init();
            dmi.set_start_address(first);
            dmi.set_end_address(last);
            return false;
        }
        if (last < address && dmi.get_start_address() <= last) {
            if (dmi.get_dmi_ptr() != nullptr)
                dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (last + 1 - dmi.get_start_address()));
            dmi.set_start_address(last + 1);
        }
        if (first > address && dmi.get_end_address() >= first)
            dmi.set_end_address(first - 1);
    }
    return true;
}

inline tlm::tlm_fw_transport_if<>& Router::target(Mapping& mapping) {
    if (mapping.target == nullptr) // Sockets know it when elaboration has ended.
        mapping.target = out_[static_cast<int>(mapping.index)];
    return *mapping.target;
}

void Router::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    ++transactions_;
    const auto address = transaction.get_address();
    const std::uint64_t extent = std::min(transaction.get_data_length(), transaction.get_streaming_width());
    auto* mapping = find(address);
    if (mapping == nullptr || extent == 0 || extent - 1 > mapping->last - address) [[unlikely]] {
        ++errors_;
        transaction.set_response_status(extent == 0 ? tlm::TLM_BURST_ERROR_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    delay += latency_;
    transaction.set_address(address - mapping->first);
    target(*mapping).b_transport(transaction, delay);
    transaction.set_address(address);
    errors_ += transaction.is_response_error() ? 1 : 0;
}

unsigned Router::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const PayloadRestorer restorer(transaction);
    const auto address = transaction.get_address();
    auto* const data = transaction.get_data_ptr();
    const auto length = transaction.get_data_length();
    unsigned done = 0;
    while (done < length) {
        auto* mapping = find(address + done);
        if (mapping == nullptr || (done != 0 && address + done < address))
            break;
        const auto piece = static_cast<unsigned>(
            std::min<std::uint64_t>(length - done - 1, end_of_run(*mapping, address + done) - (address + done)) + 1);
        transaction.set_address(address + done - mapping->first);
        transaction.set_data_ptr(data + done);
        transaction.set_data_length(piece);
        const auto transferred = std::min(target(*mapping).transport_dbg(transaction), piece);
        done += transferred;
        if (transferred < piece)
            break;
    }
    return done;
}

bool Router::get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi) {
    const auto address = transaction.get_address();
    auto* mapping = find(address);
    if (mapping == nullptr) {
        dmi.init();
        const auto [first, last] = hole(address);
        dmi.set_start_address(first);
        dmi.set_end_address(last);
        dmi.allow_none();
        return false;
    }
    const PayloadRestorer restorer(transaction);
    transaction.set_address(address - mapping->first);
    const bool granted = target(*mapping).get_direct_mem_ptr(transaction, dmi);
    auto first = dmi.get_start_address();
    auto last = dmi.get_end_address();
    if (!to_bus(mapping->first, mapping->last, first, last)) {
        // The target answered with a range that this bus does not show: say no for this address only.
        dmi.init();
        dmi.set_start_address(address);
        dmi.set_end_address(address);
        return false;
    }
    dmi.set_start_address(first);
    dmi.set_end_address(last);
    if (!spare_overlays(address, dmi))
        return false;
    dmi.set_read_latency(dmi.get_read_latency() + latency_);
    dmi.set_write_latency(dmi.get_write_latency() + latency_);
    return granted;
}

void Router::invalidate_direct_mem_ptr(int id, sc_dt::uint64 first, sc_dt::uint64 last) {
    const auto mapping = std::ranges::find(mappings_, static_cast<std::size_t>(id), &Mapping::index);
    if (mapping == mappings_.end() || !to_bus(mapping->first, mapping->last, first, last))
        return;
    in_.invalidate_direct_mem_ptr(first, last);
}

std::vector<std::pair<std::string, std::uint64_t>> Router::statistics() const {
    return {{"transactions", transactions_}, {"errors", errors_}};
}

void register_router(PeripheralRegistry& registry) {
    PeripheralKind kind;
    kind.name = "router";
    kind.description = "Bus: decodes addresses, forwards direct memory access and debug accesses; target socket \"\" for "
                       "initiators and for other buses";
    kind.document = "none; a bus of no particular kind";
    kind.parameters = {{"latency", ParameterType::Time, "0ns", "simulated time that each transaction takes", false}};
    kind.make = [](const char* name, const Configuration& configuration, const Services&) {
        return std::unique_ptr<Peripheral>(std::make_unique<Router>(name, configuration.number("latency")));
    };
    registry.add(std::move(kind));
}

} // namespace medley::periph
