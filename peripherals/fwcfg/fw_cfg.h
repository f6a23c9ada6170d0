/// \file
/// Firmware configuration device after "QEMU Firmware Configuration (fw_cfg) Device" (QEMU, docs/specs/fw_cfg), memory-mapped: a selector (16 bits,
/// big-endian, offset 8), the selected item's bytes (offset 0) and the DMA interface (64 bits, big-endian, offset 16) with its bus master port
/// "bus". Items: the signature, the identification, the number of CPUs, the directory, and the files that the parameter `files` names.
///
/// Left out: writing items, and the items of QEMU's own firmware.
#pragma once

#include "medley/periph/peripheral.h"
#include "medley/periph/shared_target_socket.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace medley::periph {

class FwCfg final : public Peripheral {
public:
    static constexpr std::uint64_t kSpan = 0x18;

    /// \p files is "NAME=PATH", several with commas between them. Throws UserError.
    FwCfg(const sc_core::sc_module_name& name, std::uint64_t cpus, const std::string& files);

    void reset() override;
    [[nodiscard]] static std::vector<RegisterInfo> describe();

private:
    friend class SharedTargetSocket<FwCfg>;
    using Item = std::vector<unsigned char>;

    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi);

    void add_files(const std::string& files);
    void select(std::uint16_t key);
    /// The next byte of the selected item; 0 behind its end.
    unsigned char next();
    void read(std::uint64_t address, std::span<unsigned char> data);
    void write(std::uint64_t address, std::uint64_t value, std::size_t size);
    void transfer(Address control);
    [[nodiscard]] bool copy_out(Address to, std::uint64_t length);
    bool access(tlm::tlm_command command, Address address, std::span<unsigned char> data);

    std::map<std::uint16_t, Item> items_;
    std::uint16_t selected_ = 0;
    std::size_t offset_ = 0;
    std::uint64_t high_ = 0;     ///< Upper half of the DMA address.
    bool transferring_ = false;
    tlm_utils::simple_initiator_socket_optional<FwCfg> bus_{"bus"};
    SharedTargetSocket<FwCfg> socket_{"socket", *this};
};

/// The catalogue entry "fw_cfg".
void register_fw_cfg(PeripheralRegistry& registry);

} // namespace medley::periph
