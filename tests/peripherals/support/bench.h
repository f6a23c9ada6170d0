/// \file
/// A small world for one model: an initiator that reads and writes from a SystemC process, the services that models get, and reports
/// that fail the test.
#pragma once

#include "medley/periph/bus.h"
#include "medley/periph/peripheral.h"
#include "medley/tlm/dmi_extension.h"
#include "medley/tlm/initiator_id.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace medley::periph::test {

/// Answers of one access.
struct Reply {
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    std::uint64_t value = 0;
};

/// A bus master that does what the test says.
class Initiator : public sc_core::sc_module {
public:
    explicit Initiator(const sc_core::sc_module_name& name);

    Reply read(Address address, unsigned size = 4);
    tlm::tlm_response_status write(Address address, std::uint64_t value, unsigned size = 4);
    /// Fail the test unless the access succeeds.
    std::uint64_t get(Address address, unsigned size = 4);
    void put(Address address, std::uint64_t value, unsigned size = 4);

    void transport(tlm::tlm_generic_payload& transaction);
    tlm::tlm_response_status read_block(Address address, std::vector<std::uint8_t>& data);
    tlm::tlm_response_status write_block(Address address, const std::vector<std::uint8_t>& data);

    unsigned debug_read(Address address, void* data, unsigned size);
    unsigned debug_write(Address address, const void* data, unsigned size);
    std::uint64_t peek(Address address, unsigned size = 4);

    bool dmi(Address address, tlm::tlm_command command, tlm::tlm_dmi& dmi, DmiExtension* extension = nullptr);

    /// Local time that accesses begin with, and end with.
    sc_core::sc_time delay;
    std::optional<std::uint32_t> id;
    bool secure = false;   ///< Told along with `id`.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidations;
    tlm_utils::simple_initiator_socket_optional<Initiator> socket{"socket"};

private:
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { invalidations.emplace_back(first, last); }
};

/// A character device's outside: what the model sent, and what it is to receive.
class FakeChar : public CharBackend {
public:
    void send(std::uint8_t byte) override { sent += static_cast<char>(byte); }
    bool receive(std::uint8_t& byte) override;
    void on_input(std::function<void()> callback) override { callback_ = std::move(callback); }
    void type(const std::string& text);

    std::string sent;

private:
    std::deque<std::uint8_t> waiting_;
    std::function<void()> callback_;
};

/// Levels and changes of an interrupt output.
class IrqProbe {
public:
    explicit IrqProbe(IrqOut* output) {
        EXPECT_NE(output, nullptr);
        if (output != nullptr)
            output->connect(input_);
    }
    [[nodiscard]] bool level() const { return input_.level(); }
    [[nodiscard]] unsigned changes() const { return changes_; }

private:
    unsigned changes_ = 0;
    IrqIn input_{[this](bool) { ++changes_; }};
};

/// One per test: services, the catalogue, and the process that runs the test's body. Warnings and errors that SystemC or a model reports fail
/// the test.
class Bench {
public:
    Bench();
    ~Bench();
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /// Instance of a catalogued model. Parameters that are not given have their defaults.
    std::unique_ptr<Peripheral> make(const std::string& kind, const std::string& name,
                                     const std::vector<std::pair<std::string, std::uint64_t>>& numbers = {});
    std::unique_ptr<Bus> make_bus(const std::string& name, std::uint64_t latency = 0);
    /// Runs the body in a SystemC process and then ends the simulation.
    void run(std::function<void()> body);

    [[nodiscard]] const PeripheralRegistry& registry() const { return registry_; }

    SystemCounter counter{10'000'000};
    SimulationControl control;
    std::vector<std::string> log_lines;
    Log log{[this](Severity, std::string_view, std::string_view text) { log_lines.emplace_back(text); }};
    FakeChar chardev;

private:
    PeripheralRegistry registry_;
};

/// "128M", "64ns", "10MHz", "true", "0x40": the board's notation, as far as defaults of models use it.
std::uint64_t parse_number(ParameterType type, const std::string& text);

} // namespace medley::periph::test
