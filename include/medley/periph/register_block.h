/// \file
/// A register table behind a TLM-2.0 target socket: decoding, access rules, debug access, reset. See docs/writing-a-peripheral.md.
#pragma once

#include "medley/periph/peripheral.h"
#include "medley/periph/register_map.h"
#include "medley/periph/shared_target_socket.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace medley::periph {

/// Bit-or of the sizes that a device accepts; each is also its bit.
inline constexpr unsigned kBytes = 1, kHalfwords = 2, kWords = 4, kDoublewords = 8;

enum class Holes : std::uint8_t {
    Error,      ///< TLM_ADDRESS_ERROR_RESPONSE.
    ReadZero,   ///< Reads give 0, writes are ignored, within the span.
};

/// What a device does with accesses that are not to one whole register. Accesses must be naturally aligned.
struct RegisterPolicy {
    unsigned sizes = kWords;   ///< Others get TLM_BURST_ERROR_RESPONSE.
    Holes holes = Holes::Error;
    std::uint64_t span = 0;    ///< Bytes from offset 0, beyond which there is nothing; 0: to the end of the last register.
    Picoseconds latency = 0;   ///< Added to the transaction's delay.
    /// Address bits from this one up select no register; hooks see them in context(). 64: there are none.
    unsigned context_from = 64;
};

/// The part that does not depend on the model.
///
/// A narrow access reads the whole register (with its hook) and takes its bytes; a narrow write keeps the other bytes of a read-write
/// register and gives 0 for those of the other kinds. A wide one accesses the registers that it spans in ascending order. Streaming and
/// byte enables follow TLM-2.0 (IEEE 1666-2011, 14.12 and 14.13). Debug accesses of any size and alignment show the stored values (or what a
/// Pure read hook gives); debug writes change stored values of all but read-only registers; neither calls any other hook.
class RegisterBlockBase {
public:
    RegisterBlockBase(const RegisterBlockBase&) = delete;
    RegisterBlockBase& operator=(const RegisterBlockBase&) = delete;

    /// Takes any number of initiators.
    [[nodiscard]] Peripheral::TargetSocket& socket() { return socket_; }

    /// All values to their reset values. Calls no hook.
    void reset();
    /// Values of all registers in table order: what a snapshot must hold.
    [[nodiscard]] std::span<std::uint64_t> values() { return values_; }
    /// Stored value of a register by its place in the table. Bits that hooks change need not respect the mask.
    [[nodiscard]] std::uint64_t& value(std::size_t row, unsigned element = 0) { return values_[first_[row] + element]; }
    [[nodiscard]] std::uint64_t value(std::size_t row, unsigned element = 0) const { return values_[first_[row] + element]; }
    /// Shortens an array to what this instance has. Before the first access; resets.
    void limit(std::size_t row, unsigned count);

    /// Within a hook: the initiator's number (InitiatorId), nothing when it did not say.
    [[nodiscard]] std::optional<std::uint32_t> initiator() const;
    /// Within a hook: whether the access may reach what is Secure (InitiatorId). A debugger may.
    [[nodiscard]] bool secure() const;
    /// Within a hook: the address bits above those of registers (RegisterPolicy::context_from).
    [[nodiscard]] std::uint64_t context() const { return access_ == nullptr ? 0 : access_->transaction.get_address() & ~offset_mask_; }
    /// Simulated time of the access that a hook serves, its local offset included; outside of hooks the kernel's time.
    [[nodiscard]] Picoseconds now() const;

protected:
    RegisterBlockBase(const char* socket_name, std::vector<RegisterRow> rows, const RegisterPolicy& policy);
    virtual ~RegisterBlockBase() = default;

    virtual std::uint64_t call_read(std::size_t row, unsigned element) = 0;
    virtual void call_write(std::size_t row, unsigned element, std::uint64_t value) = 0;

private:
    friend class SharedTargetSocket<RegisterBlockBase>;
    /// A register, and which of its bytes an access touches.
    struct Place {
        std::size_t row = 0;
        unsigned element = 0;
        unsigned byte = 0;    ///< First byte within the register.
        unsigned count = 0;   ///< Bytes.
    };
    /// What a hook serves: most ask nothing about it.
    struct Access {
        const tlm::tlm_generic_payload& transaction;
        const sc_core::sc_time& delay;
        Access* before; ///< That began before this one, and has not ended.
    };
    /// Hooks wait, and lead to other accesses: those of several processes end in any order.
    class Serving;
    /// One beat of an access: bytes in guest order, and which of them are enabled.
    struct Beat {
        std::uint64_t address;
        unsigned char* data;
        unsigned size;
        std::uint8_t enabled;   ///< A bit for each byte.
    };

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);

    [[nodiscard]] tlm::tlm_response_status check(const tlm::tlm_generic_payload& transaction) const;
    [[nodiscard]] bool mapped(std::uint64_t address, unsigned size) const;
    [[nodiscard]] std::uint64_t offset_of(std::uint64_t address) const { return address & offset_mask_; }
    void index_rows();
    /// False: no register is there.
    [[nodiscard]] bool find(std::uint64_t address, unsigned size, Place& place) const;
    [[nodiscard]] bool search(std::uint64_t address, unsigned size, Place& place) const;
    [[nodiscard]] bool is_plain(const tlm::tlm_generic_payload& transaction, Place& place) const;
    void transport_plain(tlm::tlm_generic_payload& transaction, const Place& place);
    void transport_checked(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    /// Bytes from \p address to the next register, at most \p limit.
    [[nodiscard]] unsigned gap(std::uint64_t address, unsigned limit) const;
    void transfer(tlm::tlm_generic_payload& transaction);
    void access(const Beat& beat, bool write);
    [[nodiscard]] std::uint64_t read_value(const Place& place);
    void read_register(const Place& place, unsigned char* data, std::uint8_t enabled);
    void write_register(const Place& place, const unsigned char* data, std::uint8_t enabled);
    std::uint64_t shown(const Place& place);

    std::vector<RegisterRow> rows_;
    std::vector<std::size_t> first_;   ///< Index of each row's first element in `values_`.
    std::vector<std::uint64_t> values_;
    RegisterPolicy policy_;
    std::uint64_t span_ = 0;
    std::uint64_t offset_mask_;  ///< Of addresses: what selects a register.
    unsigned accepted_sizes_;    ///< A bit for each.
    Access* access_ = nullptr; ///< The last one that began; null outside of hooks.
    sc_core::sc_time latency_;
    std::vector<std::uint16_t> row_at_; ///< Of each unit of addresses from 0 on; kNoRow: a hole.
    unsigned unit_log2_ = 0;
    mutable std::size_t last_hit_ = 0;
    SharedTargetSocket<RegisterBlockBase> socket_;
};

/// The registers of \p Model, whose table outlives the block. Models with several views (one each side, say) have several blocks. \p Owner is
/// Model or a base of it.
template <class Model, class Owner = Model>
class RegisterBlock final : public RegisterBlockBase {
public:
    template <std::size_t N>
    RegisterBlock(const char* socket_name, Owner& owner, const std::array<Reg<Model>, N>& table, const RegisterPolicy& policy)
        : RegisterBlockBase(socket_name, {table.begin(), table.end()}, policy), owner_(owner), table_(table) {}

private:
    std::uint64_t call_read(std::size_t row, unsigned element) override {
        return table_[row].on_read(static_cast<Model&>(owner_), element);
    }
    void call_write(std::size_t row, unsigned element, std::uint64_t value) override {
        table_[row].on_write(static_cast<Model&>(owner_), element, value);
    }

    Owner& owner_;
    std::span<const Reg<Model>> table_;
};

/// Base of a model with one set of registers behind the port "": `class Uart : public RegisterPeripheral<Uart>`.
template <class Model>
class RegisterPeripheral : public Peripheral {
public:
    void reset() override { registers_.reset(); }

protected:
    template <std::size_t N>
    RegisterPeripheral(const sc_core::sc_module_name& name, const std::array<Reg<Model>, N>& table, const RegisterPolicy& policy)
        : Peripheral(name), registers_("socket", *this, table, policy) {
        add_port("", registers_.socket());
    }

    [[nodiscard]] RegisterBlockBase& registers() { return registers_; }
    [[nodiscard]] const RegisterBlockBase& registers() const { return registers_; }

private:
    RegisterBlock<Model, RegisterPeripheral<Model>> registers_;
};

/// Rows for the catalogue.
[[nodiscard]] RegisterInfo describe(const RegisterRow& row);

template <class Rows>
[[nodiscard]] std::vector<RegisterInfo> describe_registers(const Rows& rows) {
    std::vector<RegisterInfo> infos;
    for (const RegisterRow& row : rows)
        infos.push_back(describe(row));
    return infos;
}

} // namespace medley::periph
