/// \file
/// RAM and ROM: host memory behind a TLM-2.0 target with DMI. Models no particular part: no refresh, no ECC, no banks; an access
/// costs the same wherever it goes.
#pragma once

#include "medley/base/code_watch.h"
#include "medley/periph/peripheral.h"
#include "medley/periph/shared_target_socket.h"

#include <cstddef>
#include <memory>
#include <span>

namespace medley::periph {

struct MemoryConfig {
    std::uint64_t size = 0;   ///< Bytes, at least 1.
    Picoseconds read_latency = 0;
    Picoseconds write_latency = 0;
    /// A memory that is not writable answers writes with an error; debug writes (the loader's) still work.
    bool writable = true;
};

/// Backed by a sparse memfd: pages take host memory when they are first written. One socket takes any number of initiators, so
/// that one memory can be mapped on several buses, and several times on one.
class Memory : public Peripheral {
public:
    /// Throws UserError when the host cannot provide the size.
    Memory(const sc_core::sc_module_name& name, const MemoryConfig& config);
    ~Memory() override;

    [[nodiscard]] std::span<std::byte> bytes();
    [[nodiscard]] CodeWatch& watch() { return watch_; }
    /// Takes back the direct access to [first, last] that was granted to anyone.
    void invalidate(std::uint64_t first, std::uint64_t last);

    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    class Storage;
    friend class SharedTargetSocket<Memory>;

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);
    [[nodiscard]] tlm::tlm_response_status check(const tlm::tlm_generic_payload& transaction) const;
    void transfer(tlm::tlm_generic_payload& transaction);

    MemoryConfig config_;
    sc_core::sc_time read_latency_;
    sc_core::sc_time write_latency_;
    std::unique_ptr<Storage> storage_;
    CodeWatch watch_;
    std::uint64_t reads_ = 0;
    std::uint64_t writes_ = 0;
    SharedTargetSocket<Memory> socket_{"socket", *this};
};

void register_ram(PeripheralRegistry& registry);
void register_rom(PeripheralRegistry& registry);

} // namespace medley::periph
