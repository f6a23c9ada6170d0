/// \file
/// NOR flash with the Common Flash Interface (JEDEC JESD68.01) and the Intel/Sharp extended command set (JEP137, command set 0001): two chips of 16
/// bits side by side on a bus of 32, each command goes to both. A device is one bank; machines with several have several devices.
///
/// In read-array mode it is memory with direct access for reads; any other mode takes that back. Operations take no simulated time. Programming
/// clears bits, erasing a block sets them. What was never written reads as erased. With the parameter `file` the content begins as that
/// file's; with `save` as well, what the guest changes is written back to it; a file that is shorter grows as far as that takes.
///
/// Left out: one-time-programmable registers, suspension (accepted, without effect as nothing takes time), synchronous and page modes.
#pragma once

#include "medley/periph/shared_target_socket.h"
#include "peripherals/memory/memory.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <string>
#include <vector>

namespace medley::periph {

struct CfiFlashConfig {
    std::uint64_t size = 0;
    std::uint64_t block = 0;     ///< Bytes that are erased together, of both chips.
    std::string file;
    bool save = false;
};

class CfiFlash final : public Peripheral {
public:
    /// Throws UserError for impossible sizes and for a file that cannot be used.
    CfiFlash(const sc_core::sc_module_name& name, const CfiFlashConfig& config, const Log& log);
    ~CfiFlash() override;

    void reset() override;
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const override;

private:
    /// What reads give, and what the next write is taken for.
    friend class SharedTargetSocket<CfiFlash>;
    enum class Show : std::uint8_t { Array, Status, Identity, Query };
    enum class Expect : std::uint8_t { Command, Program, Count, Data, BufferConfirm, EraseConfirm, LockConfirm };

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);

    [[nodiscard]] std::uint32_t shown(Address address) const;
    [[nodiscard]] std::uint8_t query(Address index) const;
    void read(Address address, unsigned char* data, unsigned size);
    void write(Address address, const unsigned char* data, unsigned size);
    void command(Address address, std::uint8_t code);
    void finish_buffer(bool confirmed);
    void change_lock(Address address, std::uint8_t code);
    void program(Address address, const unsigned char* data, unsigned size);
    void erase(Address address);
    void show(Show what);
    /// Makes blocks that nothing has touched what erased ones are.
    void fill(Address address, std::uint64_t size);
    void load_file();
    void changed(Address address, std::uint64_t size);
    void stop_saving(int error);
    [[nodiscard]] std::size_t block_of(Address address) const { return static_cast<std::size_t>(address / config_.block); }

    CfiFlashConfig config_;
    const Log& log_;
    Memory memory_;
    int fd_ = -1;
    std::uint64_t saved_ = 0; ///< Bytes that the file has.
    std::vector<bool> filled_;
    std::vector<bool> locked_;
    Show show_ = Show::Array;
    Expect expect_ = Expect::Command;
    std::uint8_t status_ = 0;
    std::size_t buffered_block_ = 0;
    unsigned writes_left_ = 0;
    bool buffer_is_bad_ = false;
    struct Write {
        Address address = 0;
        unsigned size = 0;
        std::array<unsigned char, 8> data{};
    };
    std::vector<Write> buffer_;
    std::uint64_t programs_ = 0;
    std::uint64_t erases_ = 0;
    tlm_utils::simple_initiator_socket<CfiFlash> inner_{"inner"};
    SharedTargetSocket<CfiFlash> socket_{"socket", *this};
};

/// The catalogue entry "cfi_flash".
void register_cfi_flash(PeripheralRegistry& registry);

} // namespace medley::periph
