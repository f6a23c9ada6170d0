// medley::Cpu beside TLM-2.0 models of one's own: no board, no peripheral of Medley's. A RISC-V core prints a line on a UART and
// ends the simulation.
#include <medley/board/builtin.h>
#include <medley/tlm/cpu.h>

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t kRam = 0x8000'0000;
constexpr std::uint64_t kRamSize = 0x10000;
constexpr std::uint64_t kUart = 0x1000'0000;

/// RAM and a UART behind one socket. The UART prints what is written to its first byte; a write to its fifth ends the run.
class Devices : public sc_core::sc_module {
public:
    Devices(const sc_core::sc_module_name& name, medley::SimulationControl& control) : sc_module(name), control_(control) {
        socket.register_b_transport(this, &Devices::b_transport);
        socket.register_get_direct_mem_ptr(this, &Devices::get_direct_mem_ptr);
        socket.register_transport_dbg(this, &Devices::transport_dbg);
    }

    tlm_utils::simple_target_socket<Devices> socket{"socket"};
    std::vector<unsigned char> ram = std::vector<unsigned char>(kRamSize);

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
        delay += sc_core::sc_time(10, sc_core::SC_NS);
        if (transport_dbg(transaction) != 0) {
            transaction.set_response_status(tlm::TLM_OK_RESPONSE);
        } else if (transaction.is_write() && (transaction.get_address() & ~std::uint64_t{4}) == kUart) {
            transaction.set_response_status(tlm::TLM_OK_RESPONSE);
            if (transaction.get_address() == kUart)
                std::cout << static_cast<char>(*transaction.get_data_ptr());
            else
                control_.request_exit(0, "the program is done");
        } else {
            transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        }
    }

    bool get_direct_mem_ptr(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& dmi) {
        if (transaction.get_address() < kRam || transaction.get_address() >= kRam + kRamSize)
            return false;
        dmi.set_dmi_ptr(ram.data());
        dmi.set_start_address(kRam);
        dmi.set_end_address(kRam + kRamSize - 1);
        dmi.allow_read_write();
        return true;
    }

    unsigned transport_dbg(tlm::tlm_generic_payload& transaction) {
        const auto address = transaction.get_address();
        const auto length = transaction.get_data_length();
        if (address < kRam || length > kRamSize || address - kRam > kRamSize - length)
            return 0;
        if (transaction.is_write())
            std::memcpy(ram.data() + (address - kRam), transaction.get_data_ptr(), length);
        else
            std::memcpy(transaction.get_data_ptr(), ram.data() + (address - kRam), length);
        return length;
    }

    medley::SimulationControl& control_;
};

/// Prints the text behind it.
constexpr std::uint32_t kProgram[] = {
    0x100002b7, // lui t0, 0x10000
    0x00000317, // auipc t1, 0
    0x02430313, // addi t1, t1, 36
    0x00034383, // lbu t2, 0(t1)
    0x00038863, // beqz t2, +16
    0x00728023, // sb t2, 0(t0)
    0x00130313, // addi t1, t1, 1
    0xff1ff06f, // j -16
    0x00028223, // sb zero, 4(t0)
    0x0000006f, // j 0
};
constexpr char kText[] = "a platform of one's own\n";

} // namespace

int sc_main(int, char**) {
    medley::board::Catalogue catalogue;
    medley::register_everything(catalogue);

    medley::SystemCounter counter(10'000'000);
    medley::SimulationControl control;
    medley::Log log;
    medley::CpuCluster cluster;
    Devices devices("devices", control);
    std::memcpy(devices.ram.data(), kProgram, sizeof kProgram);
    std::memcpy(devices.ram.data() + sizeof kProgram, kText, sizeof kText);

    medley::CpuConfig config;
    config.target = "riscv";
    config.core.model = "rv64";
    config.reset_address = kRam;
    medley::Cpu cpu("cpu", config, {catalogue.cpus, counter, control, log, cluster});
    cpu.bus().bind(devices.socket);

    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_SEC));
    std::cout << cpu.instructions() << " instructions\n";
    return control.exit_status().value_or(1);
}
