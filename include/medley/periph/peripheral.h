/// \file
/// The base of all models and the catalogue entry that describes one. See docs/writing-a-peripheral.md.
#pragma once

#include "medley/base/log.h"
#include "medley/base/types.h"
#include "medley/periph/char_backend.h"
#include "medley/tlm/irq_line.h"
#include "medley/tlm/simulation_control.h"
#include "medley/tlm/system_counter.h"

#include <systemc>
#include <tlm>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace medley::periph {

enum class ParameterType : std::uint8_t { Integer, Boolean, Text, Size, Frequency, Time };

/// A parameter of a model, for boards, `medley describe` and checks. Sizes are bytes, frequencies Hz, times picoseconds.
struct Parameter {
    std::string name;
    ParameterType type = ParameterType::Integer;
    std::string default_value;   ///< In the board's notation ("128M", "10MHz", "true"); empty and `required`: must be given.
    std::string meaning;
    bool required = false;
};

/// Parameter values by name, already checked against the model's list and completed with defaults.
class Configuration {
public:
    void set(const std::string& name, const std::string& text) { texts_[name] = text; }
    void set(const std::string& name, std::uint64_t value) { numbers_[name] = value; }

    [[nodiscard]] std::uint64_t number(const std::string& name) const;   ///< Integer, Size, Frequency, Time, Boolean.
    [[nodiscard]] bool flag(const std::string& name) const { return number(name) != 0; }
    [[nodiscard]] const std::string& text(const std::string& name) const;

private:
    std::map<std::string, std::string> texts_;
    std::map<std::string, std::uint64_t> numbers_;
};

/// What the platform lends to a model; everything outlives it.
struct Services {
    SystemCounter& counter;
    SimulationControl& control;
    Log& log;
    CharBackend* chardev = nullptr;   ///< Of a character device; never null for one.
    /// Addresses of symbols in the loaded images, for models that need them (HTIF); empty when unknown.
    std::function<std::vector<Address>(const std::string& symbol)> symbols;
};

/// A row of a register table, for `medley describe` and documentation.
struct RegisterInfo {
    std::uint64_t offset = 0;
    unsigned size = 4;
    std::string name;
    std::uint64_t reset = 0;
    std::uint64_t write_mask = 0;
    std::string meaning;
    std::string access = "RW";   ///< "RW", "RO", "WO" or "R/W1C".
    unsigned count = 1;          ///< Of an array: elements, `stride` bytes apart.
    std::uint64_t stride = 4;
};

/// A model. Ports are found by name, so that a board can wire any model: "" is the only or first one.
class Peripheral : public sc_core::sc_module {
public:
    /// The bases that sockets of every multiplicity and binding policy share.
    using TargetSocket = tlm::tlm_base_target_socket_b<>;
    using InitiatorSocket = tlm::tlm_base_initiator_socket_b<>;

    ~Peripheral() override = default;

    /// Null when there is no such port.
    [[nodiscard]] virtual TargetSocket* target_socket(std::string_view name);
    [[nodiscard]] virtual InitiatorSocket* initiator_socket(std::string_view name);
    [[nodiscard]] virtual IrqOut* irq_output(std::string_view name);
    [[nodiscard]] virtual IrqIn* irq_input(std::string_view name);
    /// A range that the model takes over on a bus, above what is mapped there.
    struct Overlay {
        Address base = 0;
        std::uint64_t size = 0;
        TargetSocket* target = nullptr;
    };
    /// On the bus that the model's bus master port is bound to: for models that have no place of their own, but words in a guest's memory.
    [[nodiscard]] virtual std::vector<Overlay> overlays() { return {}; }
    /// Tells that \p output is wired to a CPU whose transactions carry InitiatorId \p initiator: so a device that has registers or views for
    /// each CPU knows whose they are. Before elaboration ends.
    virtual void wired_to(std::string_view /*output*/, std::uint32_t /*initiator*/) {}
    /// All names there are, for error messages.
    [[nodiscard]] std::vector<std::string> port_names() const;

    /// Back to power-on state (memories keep their content).
    virtual void reset() {}
    /// For --stats.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> statistics() const { return {}; }

protected:
    explicit Peripheral(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}

    void add_port(const std::string& name, TargetSocket& socket) { targets_[name] = &socket; }
    void add_port(const std::string& name, InitiatorSocket& socket) { initiators_[name] = &socket; }
    void add_port(const std::string& name, IrqOut& output) { outputs_[name] = &output; }
    void add_port(const std::string& name, IrqIn& input) { inputs_[name] = &input; }

private:
    std::map<std::string, TargetSocket*, std::less<>> targets_;
    std::map<std::string, InitiatorSocket*, std::less<>> initiators_;
    std::map<std::string, IrqOut*, std::less<>> outputs_;
    std::map<std::string, IrqIn*, std::less<>> inputs_;
};

/// How a device appears in the guest's device tree. Cells and phandles are filled in by the board.
struct TreeInfo {
    std::string node_name;                  ///< "serial"; empty: the model does not appear.
    std::vector<std::string> compatible;
    bool interrupt_controller = false;
    std::uint32_t interrupt_cells = 1;
    /// Further properties: name and cells, or name and text, or empty.
    std::vector<std::pair<std::string, std::vector<std::uint32_t>>> cells;
    std::vector<std::pair<std::string, std::string>> texts;
    std::vector<std::string> flags;
    /// The model names its clock frequency in `clock-frequency` from this parameter; empty: none.
    std::string clock_parameter;
    /// Nodes of the root, without addresses, that operate this device: their `regmap` is its phandle (syscon-poweroff, syscon-reboot).
    struct RegmapNode {
        std::string node_name;
        std::vector<std::string> compatible;
        std::vector<std::pair<std::string, std::vector<std::uint32_t>>> cells;
    };
    std::vector<RegmapNode> regmap_nodes;
    /// Ports whose places `reg` lists, in this order; empty: the first place alone.
    std::vector<std::string> reg_ports;
    /// Nodes below this one for further ports of the model, where the board has mapped them.
    struct ChildNode {
        std::string node_name;
        std::string port;
        std::vector<std::string> compatible;
        std::vector<std::pair<std::string, std::vector<std::uint32_t>>> cells;
        std::vector<std::string> flags;
    };
    std::vector<ChildNode> children;
    /// Clocks that the binding wants by name; the board makes a fixed one for each frequency (in Hz).
    struct Clock {
        std::string name;
        std::uint64_t frequency = 0;
    };
    std::vector<Clock> clocks;
    /// Interrupt controllers: the cells that mean an interrupt input, nothing for an input that has none. Empty: the number that the input is
    /// called, in one cell.
    std::function<std::vector<std::uint32_t>(const std::string& input)> specifier;
    /// Outputs appear as `interrupts-extended` to the CPUs that they are wired to, in the order of these output-name
    /// prefixes for each CPU (for interrupt controllers and timers of CPUs).
    std::vector<std::string> extended_outputs;
};

/// Catalogue entry: everything about a model but its instances.
struct PeripheralKind {
    std::string name;
    std::string description;
    std::string document;                   ///< The reference that it models.
    std::vector<Parameter> parameters;
    std::vector<RegisterInfo> registers;
    std::uint64_t address_size = 0;         ///< Default span on the bus; 0: must be given, or it has none.
    bool character_device = false;
    std::function<std::unique_ptr<Peripheral>(const char* name, const Configuration&, const Services&)> make;
    std::function<TreeInfo(const Configuration&)> tree;   ///< May be empty.
};

class PeripheralRegistry {
public:
    void add(PeripheralKind kind) { kinds_.push_back(std::move(kind)); }
    [[nodiscard]] const PeripheralKind* find(std::string_view name) const;
    [[nodiscard]] const std::vector<PeripheralKind>& kinds() const { return kinds_; }

private:
    std::vector<PeripheralKind> kinds_;
};

} // namespace medley::periph
