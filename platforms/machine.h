/// \file
/// The SystemC modules of a board, wired and loaded.
#pragma once

#include "platforms/boot.h"
#include "platforms/check.h"

#include "medley/periph/bus.h"
#include "medley/periph/char_backend_factory.h"
#include "medley/tlm/cpu.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace medley::board {

struct BuiltCpu {
    const CpuDescription* description = nullptr;
    std::unique_ptr<Cpu> cpu;
};

struct BuiltComponent {
    const Component* description = nullptr;
    const periph::PeripheralKind* kind = nullptr;
    std::unique_ptr<periph::Peripheral> peripheral;
};

/// Made once; the description, the boot data and the catalogue must outlive it.
class Machine {
public:
    /// Builds and wires everything; errors go to \p diagnostics, and the machine must then not run.
    Machine(const Description& description, const Checked& checked, const Catalogue& catalogue,
            std::vector<std::unique_ptr<GroupBoot>> boots, bool connect_outside, Diagnostics& diagnostics);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    /// Writes all images and gives the CPUs their reset state. Once bindings are complete, and again at each reset.
    void load_images();
    /// The guest asked for it: devices, then memory contents, then CPUs.
    void reset();

    [[nodiscard]] SimulationControl& control() { return control_; }
    [[nodiscard]] const std::vector<BuiltCpu>& cpus() const { return cpus_; }
    [[nodiscard]] const std::vector<BuiltComponent>& components() const { return components_; }
    [[nodiscard]] const Symbols& symbols_of(const std::string& group) const;

private:
    void build_components(const Description& description, const Checked& checked, bool connect_outside, Diagnostics& diagnostics);
    void build_cpus(const Description& description, const Catalogue& catalogue, Diagnostics& diagnostics);
    void map_component(const BuiltComponent& component, Diagnostics& diagnostics);
    void bind_privates(const BuiltComponent& component, Diagnostics& diagnostics);
    void bind_masters(const BuiltComponent& component, Diagnostics& diagnostics);
    void connect(const std::string& owner, const Wire& wire, IrqOut* output, const std::vector<std::string>& outputs,
                 Diagnostics& diagnostics);
    void connect_all(Diagnostics& diagnostics);
    [[nodiscard]] periph::Bus* bus(const std::string& name) const;
    [[nodiscard]] periph::Peripheral* find(const std::string& name) const;
    [[nodiscard]] Cpu* find_cpu(const std::string& name) const;
    [[nodiscard]] periph::CharBackend* make_back_end(const Component& each, bool connect_outside);
    [[nodiscard]] std::vector<Address> find_symbol(const Component& each, const std::string& symbol) const;
    void write(Cpu& through, Address address, std::span<const std::byte> data, const std::string& what);
    void clear(Cpu& through, Address address, std::uint64_t size, const std::string& what);

    SystemCounter counter_;
    SimulationControl control_;
    Log log_;
    CpuCluster cluster_;
    periph::CharBackendServices char_services_{log_, control_};
    std::vector<std::unique_ptr<GroupBoot>> boots_;
    std::vector<std::unique_ptr<periph::CharBackend>> back_ends_;
    std::vector<BuiltComponent> components_;
    std::vector<BuiltCpu> cpus_;
};

} // namespace medley::board
