/// \file
/// GuestMemory over a TLM-2.0 initiator socket: transactions, debug access and a cache of DMI grants.
#pragma once

#include "iss/common/worker_team.h"
#include "medley/cpu/guest_memory.h"
#include "medley/tlm/dmi_extension.h"
#include "medley/tlm/initiator_id.h"

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace medley::iss {

class TlmMemory : public GuestMemory {
public:
    /// Called around a transaction: `before` delivers the local time offset that the transaction carries, `after` gets
    /// the one that it returned.
    struct Timing {
        std::function<sc_core::sc_time()> before;
        std::function<void(const sc_core::sc_time&)> after;
    };
    struct Counts {
        std::uint64_t reads = 0;
        std::uint64_t writes = 0;
        std::uint64_t errors = 0;
        std::uint64_t dmi_requests = 0;
        std::uint64_t dmi_invalidations = 0;
    };

    using Transport = std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)>;
    using TransportDebug = std::function<unsigned(tlm::tlm_generic_payload&)>;
    using RequestDmi = std::function<bool(tlm::tlm_generic_payload&, tlm::tlm_dmi&)>;
    struct Socket {
        Transport transport;
        TransportDebug transport_debug;
        RequestDmi request_dmi;
        /// Whether a transaction is secure (InitiatorId); empty: none is.
        std::function<bool()> secure = {};
    };

    /// \p team: null where CPUs take turns.
    TlmMemory(Socket socket, std::uint32_t initiator_id, Timing timing, WorkerTeam::Member* team = nullptr);
    ~TlmMemory() override;
    TlmMemory(const TlmMemory&) = delete;
    TlmMemory& operator=(const TlmMemory&) = delete;

    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* listener) override;
    [[nodiscard]] CpuTeam* team() override { return team_; }

    /// The backward path: grants that overlap [first, last] are void.
    void invalidate(Address first, Address last);
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    MemStatus transact(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size);
    std::size_t debug(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size);
    DirectRange request(Address physical);
    template <class Body>
    void on_kernel(Body body);
    void adopt(CodeWatch* watch);

    Socket socket_;
    Timing timing_;
    WorkerTeam::Member* team_;
    MemoryListener* listener_ = nullptr;
    std::set<CodeWatch*> watches_;
    std::vector<DirectRange> ranges_;
    tlm::tlm_generic_payload payload_;
    InitiatorId id_;
    DmiExtension dmi_;
    Counts counts_;
};

} // namespace medley::iss
