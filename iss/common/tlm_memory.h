/// \file
/// GuestMemory over a TLM-2.0 initiator socket: transactions, debug access and a cache of DMI grants.
#pragma once

#include "iss/common/worker_team.h"
#include "medley/cpu/guest_memory.h"
#include "medley/tlm/dmi_extension.h"
#include "medley/tlm/initiator_id.h"
#include "medley/tlm/time.h"

#include <systemc>
#include <tlm>

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace medley::iss {

class TlmMemory final : public GuestMemory {
public:
    /// Whose time transactions take.
    class Clock {
    public:
        /// What a transaction begins with.
        struct Moment {
            std::uint64_t executed = 0; ///< Instructions.
            Picoseconds local = 0;
            sc_core::sc_time offset;    ///< Of the local time: the transaction carries it.
            bool secure = false;        ///< The transaction is (InitiatorId).
        };
        [[nodiscard]] virtual Moment before_transaction() = 0;
        /// \p offset is what the transaction returned.
        virtual void after_transaction(const Moment& start, const sc_core::sc_time& offset) = 0;

    protected:
        ~Clock() = default;
    };
    struct Counts {
        std::uint64_t reads = 0;
        std::uint64_t writes = 0;
        std::uint64_t errors = 0;
        std::uint64_t dmi_requests = 0;
        std::uint64_t dmi_invalidations = 0;
    };

    using Target = tlm::tlm_fw_transport_if<>;
    /// What the initiator socket is bound to: asked at the first use, when elaboration is over.
    using FindTarget = std::function<Target*()>;

    /// \p team: null where CPUs take turns. \p may_be_secure: Moment::secure counts; else no transaction is.
    TlmMemory(FindTarget find_target, std::uint32_t initiator_id, Clock& clock, WorkerTeam::Member* team = nullptr,
              bool may_be_secure = false);
    ~TlmMemory() override;
    TlmMemory(const TlmMemory&) = delete;
    TlmMemory& operator=(const TlmMemory&) = delete;

    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* listener) override;
    [[nodiscard]] CpuTeam* team() override { return team_; }

    /// The backward path: grants that overlap [first, last] are void.
    void invalidate(Address first, Address last);
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    MemStatus transact(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size, MemAttributes attributes);
    std::size_t debug(tlm::tlm_command command, Address physical, unsigned char* data, std::size_t size);
    DirectRange request(Address physical);
    template <class Body>
    void on_kernel(Body body);
    void adopt(CodeWatch* watch);

    [[nodiscard]] Target& target() {
        if (target_ == nullptr)
            target_ = find_target_();
        return *target_;
    }

    FindTarget find_target_;
    Target* target_ = nullptr;
    Clock& clock_;
    WorkerTeam::Member* team_;
    const bool may_be_secure_;
    MemoryListener* listener_ = nullptr;
    std::set<CodeWatch*> watches_;
    std::vector<DirectRange> ranges_;
    tlm::tlm_generic_payload payload_;
    InitiatorId id_;
    DmiExtension dmi_;
    Counts counts_;
};

} // namespace medley::iss
