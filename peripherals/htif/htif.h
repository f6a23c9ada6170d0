/// \file
/// Host-target interface: the two doublewords `tohost` and `fromhost` of a guest, as the riscv-isa-sim simulator, the riscv-pk proxy kernel
/// and riscv-tests use them (there is no other specification): device in bits 63:56, command in 55:48, payload in 47:0.
///
/// The words lie in the guest's memory, at the addresses of the symbols of that name in its image (or where parameters say), and
/// the model takes them over from the memory, so that a request is seen when it is made. Without `tohost` it does nothing.
///
/// Device 0: exit (payload bit 0 set, code above it) and the proxied system calls write (64) to descriptors 1 and 2 and exit (93); others
/// return -ENOSYS. Device 1: console, command 0 read, 1 write. Left out: the block device, device enumeration and all other system calls.
/// A guest with 32-bit stores writes both halves in any order; when it writes only one, the request counts a microsecond later.
#pragma once

#include "medley/periph/register_block.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <optional>

namespace medley::periph {

class Htif final : public Peripheral {
public:
    Htif(const sc_core::sc_module_name& name, const Configuration& configuration, const Services& services);

    void reset() override;
    [[nodiscard]] std::vector<Overlay> overlays() override;

    void request_written(unsigned half, std::uint64_t value);
    void response_written(unsigned half, std::uint64_t value);

private:
    SC_HAS_PROCESS(Htif);
    void start_of_simulation() override { input_arrived(); }

    void handle();
    void handle_system(std::uint64_t payload);
    void handle_console(unsigned command, std::uint64_t payload);
    std::uint64_t system_call(std::uint64_t number, std::uint64_t descriptor, Address buffer, std::uint64_t size);
    void exit(std::uint64_t code);
    void respond(std::uint64_t value);
    void give_response();
    void input_arrived();
    bool guest_memory(tlm::tlm_command command, Address address, void* data, unsigned size);

    SimulationControl& control_;
    CharBackend& chardev_;
    std::optional<Address> tohost_address_;
    std::optional<Address> fromhost_address_;
    RegisterBlock<Htif> tohost_;
    RegisterBlock<Htif> fromhost_;
    tlm_utils::simple_initiator_socket_optional<Htif> memory_{"memory"};
    sc_core::sc_event settled_;

    unsigned halves_written_ = 0;             ///< Of the request, a bit for each.
    std::optional<std::uint64_t> response_;   ///< Waits for the guest to take the one before.
    bool read_wanted_ = false;
};

/// The catalogue entry "htif".
void register_htif(PeripheralRegistry& registry);

} // namespace medley::periph
