/// \file
/// A target socket for any number of initiators that calls its owner without anything in between.
#pragma once

#include <systemc>
#include <tlm>

#include <deque>

namespace medley::periph {

/// What tlm_utils::multi_passthrough_target_socket does with a call through three pointers to functions takes one virtual call here: devices are
/// reached by many small transactions. The owner has b_transport(payload, delay), transport_dbg(payload) and get_direct_mem_ptr(payload, dmi),
/// which may be private to friends. May stay unbound. Loosely timed: non-blocking transport is an error.
template <class Owner>
class SharedTargetSocket final : public tlm::tlm_target_socket<32, tlm::tlm_base_protocol_types, 0, sc_core::SC_ZERO_OR_MORE_BOUND> {
    using Payload = tlm::tlm_generic_payload;
    using Interface = tlm::tlm_fw_transport_if<>;

public:
    SharedTargetSocket(const char* name, Owner& owner) : tlm_target_socket(name), owner_(owner) {
        get_base_export().bind(interfaces_.emplace_back(*this));
    }

    /// SystemC binds a port to an interface only once, and one initiator may see its target at several addresses: each binding gets an interface
    /// of its own. They do the same.
    Interface& get_base_interface() override { return interfaces_.emplace_back(*this); }
    [[nodiscard]] const Interface& get_base_interface() const override { return interfaces_.front(); }

    void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
        for (int i = 0; i < size(); ++i)
            (*this)[i]->invalidate_direct_mem_ptr(first, last);
    }

private:
    class Forward final : public Interface {
    public:
        explicit Forward(SharedTargetSocket& socket) : socket_(socket), owner_(socket.owner_) {}
        void b_transport(Payload& payload, sc_core::sc_time& delay) override { owner_.b_transport(payload, delay); }
        unsigned transport_dbg(Payload& payload) override { return owner_.transport_dbg(payload); }
        bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) override { return owner_.get_direct_mem_ptr(payload, dmi); }
        tlm::tlm_sync_enum nb_transport_fw(Payload&, tlm::tlm_phase&, sc_core::sc_time&) override {
            SC_REPORT_ERROR("/medley/shared_target_socket", (std::string(socket_.name()) + ": non-blocking transport is not supported").c_str());
            return tlm::TLM_COMPLETED;
        }

    private:
        SharedTargetSocket& socket_;
        Owner& owner_;
    };

    Owner& owner_;
    std::deque<Forward> interfaces_;
};

} // namespace medley::periph
