/// \file
/// The bus of boards: an address decoder, TLM-2.0 loosely timed. Models no particular interconnect: no arbitration, no width, no ordering
/// rules; concurrent transactions pass each other.
#pragma once

#include "medley/periph/bus.h"
#include "medley/periph/shared_target_socket.h"

#include <tlm_utils/multi_passthrough_initiator_socket.h>

#include <cstddef>

namespace medley::periph {

/// Transactions go to the target whose range contains them, with addresses relative to that range. Those that hit a hole or cross
/// the end of a range get TLM_ADDRESS_ERROR_RESPONSE; debug transactions may cross ranges.
class Router : public Bus {
public:
    Router(const sc_core::sc_module_name& name, Picoseconds latency);

    /// Throws UserError for an empty or wrapping range, for an overlap, and when a ring of buses would result.
    void map(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) override;
    void overlay(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) override;
    void attach(InitiatorSocket& initiator) override;

    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    friend class SharedTargetSocket<Router>;
    struct Mapping {
        Address first = 0;
        Address last = 0;
        std::size_t index = 0;   ///< Of the target in `out_`.
        std::string name;
        Router* bus = nullptr;   ///< When the target is another router.
        tlm::tlm_fw_transport_if<>* target = nullptr; ///< Null until the first transaction.
    };

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);
    void invalidate_direct_mem_ptr(int id, sc_dt::uint64 first, sc_dt::uint64 last);

    [[nodiscard]] Mapping* find(Address address);
    [[nodiscard]] Mapping* search(Address address);
    /// The unmapped range around an address.
    [[nodiscard]] std::pair<Address, Address> hole(Address address) const;
    /// The end of what goes to the same target as \p address, when that belongs to \p mapping.
    [[nodiscard]] Address end_of_run(const Mapping& mapping, Address address) const;
    /// Takes the pages of overlays out of a grant for \p address; false when it lies in one.
    [[nodiscard]] bool spare_overlays(Address address, tlm::tlm_dmi& dmi) const;
    [[nodiscard]] bool reaches(const Router& other) const;
    [[nodiscard]] tlm::tlm_fw_transport_if<>& target(Mapping& mapping);

    sc_core::sc_time latency_;
    std::vector<Mapping> mappings_;   ///< Sorted by address.
    std::vector<Mapping> overlays_;
    Mapping* last_hit_ = nullptr;     ///< One of `mappings_`.
    std::uint64_t transactions_ = 0;
    std::uint64_t errors_ = 0;
    SharedTargetSocket<Router> in_{"in", *this};
    tlm_utils::multi_passthrough_initiator_socket_optional<Router> out_{"out"};
};

void register_router(PeripheralRegistry& registry);

} // namespace medley::periph
