/// \file
/// A board as plain data, after reading and before building.
#pragma once

#include "platforms/node.h"

#include "medley/base/types.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace medley::board {

/// A model's parameter as the board gives it.
struct Setting {
    std::string name;
    std::string text;
    Place place; ///< Of the value.
    Place key_place;
};

/// A target port of a component at an address of a bus.
struct Mapping {
    std::string bus;
    std::string port;
    Address base = 0;
    std::uint64_t size = 0; ///< 0 until the model's own span is filled in.
    bool has_bad_size = false; ///< The board gives one that is none, which was reported.
    Place place;            ///< Of the address.
    Place bus_place;
};

/// An interrupt wire from a port of its owner.
struct Wire {
    std::string output;
    std::string to;        ///< Component, or CPU by its full name.
    std::string input;
    Place place;
};

/// An initiator port of a component on a bus.
struct InitiatorBinding {
    std::string port;
    std::string bus;
    Place place;
};

/// A port of a component on the private bus of a CPU.
struct PrivateBinding {
    std::string port;
    std::string cpu;       ///< By its full name.
    Place place;
};

enum class ComponentKind : std::uint8_t { Bus, Memory, Device };

struct Component {
    ComponentKind kind = ComponentKind::Device;
    std::string name;
    Place place;
    std::string model;
    Place model_place;
    std::vector<Setting> settings;
    std::vector<Mapping> mappings;
    std::vector<Wire> wires;
    std::vector<InitiatorBinding> initiators;
    std::vector<PrivateBinding> privates;
    std::optional<Setting> chardev;
    bool main = false;        ///< Memory: where images and stacks go, and what -m resizes.
    bool in_tree = true;      ///< Appears in the guest's device tree.
    bool shared_irq = false;  ///< Its wires may end where others do.
};

struct CpuDescription {
    std::string name;         ///< "app", or "hart.2" in a group with a count.
    std::string module;       ///< "app", "hart2".
    std::string group;
    unsigned number = 0;      ///< Within the group.
    unsigned index = 0;       ///< CoreConfig::index.
    Place place;
    Place count_place;
    bool counted = false;
    std::string target;
    Place target_place;
    std::string model;
    Place model_place;
    std::vector<Setting> settings;
    std::string accelerator; ///< Empty: the fastest that is built in.
    Place accelerator_place;
    std::vector<Setting> accelerator_options;
    std::uint64_t frequency = 1'000'000'000;
    double cycles_per_instruction = 1.0;
    std::string bus;
    Place bus_place;
    Address reset_address = 0;
    bool powered_off = false; ///< Waits after reset until another CPU of its group starts it.
    std::optional<Address> firmware_address; ///< Where raw firmware goes when its option does not say.
    std::optional<Address> tree_address;     ///< Where the device tree lies when nothing else does.
    bool boots = false;       ///< Images of the command line without a group's name are for this one.
    std::string rom;          ///< Memory for the boot code; empty: none.
    Place rom_place;
    std::vector<Setting> firmware;  ///< Candidates: the first that exists is used.
    std::vector<Setting> program;
    std::vector<Wire> wires;
};

struct BoardParameter {
    std::string name;
    std::string value;
    std::string default_value;
    std::string type;
    std::string meaning;
    std::string range;
};

struct Description {
    std::string name;
    std::string description;
    std::string file;
    std::string tree_model;
    std::vector<std::string> tree_compatible;
    std::vector<BoardParameter> parameters;
    std::uint64_t counter_frequency = 10'000'000;
    Picoseconds quantum = 1'000'000'000;
    bool parallel = false;             ///< CPUs execute at the same time.
    std::vector<CpuDescription> cpus;
    std::vector<Component> components; ///< Buses, then memories, then devices.
    std::string arguments;             ///< Default kernel command line.

    [[nodiscard]] const Component* component(std::string_view wanted) const;
    [[nodiscard]] Component* component(std::string_view wanted);
    [[nodiscard]] const CpuDescription* cpu(std::string_view wanted) const;
    /// The first CPU of a group; of the group that boots when \p group is empty. Null: there is none.
    [[nodiscard]] const CpuDescription* group_head(std::string_view group) const;
    [[nodiscard]] std::vector<std::string> names(ComponentKind kind) const;
    [[nodiscard]] std::vector<std::string> group_names() const;
    /// The main memory on a bus with its mapping there; nulls where there is none.
    struct Memory {
        const Component* component = nullptr;
        const Mapping* mapping = nullptr;
    };
    [[nodiscard]] Memory main_memory(std::string_view bus) const;
    [[nodiscard]] Memory mapped(std::string_view wanted, std::string_view bus) const;
};

} // namespace medley::board
