/// \file
/// The target API: everything that an instruction set is to the rest of Medley. See docs/writing-a-target.md.
#pragma once

#include "medley/cpu/core_host.h"
#include "medley/cpu/fault.h"
#include "medley/cpu/helper.h"
#include "medley/cpu/state_layout.h"
#include "medley/ir/builder.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace medley {

/// Outcome of TargetCore::translate.
struct Translation {
    bool ok = false;
    Fault fault{};                 ///< When not ok.
    Address physical = 0;          ///< Of the address that was asked for.
    bool readable = false;         ///< Rights that hold for the whole page, under the same mem_index.
    bool writable = false;
    bool executable = false;
    /// The result holds for the whole kPageSize page and may be cached until a flush. False where protection is finer than a
    /// page, or where a watchpoint lies in it: every access then comes back.
    bool cacheable = false;
    /// Misaligned accesses fault here, and the result is not cacheable. Said for those that cross into another page, of which
    /// translate sees one part at a time.
    bool aligned_only = false;
    MemAttributes attributes{}; ///< Of transactions to the page.
    /// Virtual addresses (inclusive) around the one that was asked for, in which (physical - virtual), the rights and
    /// `cacheable` are all the same under this mem_index until a flush: all of them, say, where the MMU is off and nothing is
    /// protected. Empty, as here, where nothing is promised beyond the page.
    Address flat_first = 1;
    Address flat_last = 0;

    [[nodiscard]] bool is_flat() const { return flat_first <= flat_last; }
};

/// Guest code as the lifter reads it: translated for execution, without side effects.
class CodeReader {
public:
    virtual ~CodeReader() = default;
    /// `size` (1 to 8) bytes at a virtual address in guest order as a little-endian number; nothing when they cannot
    /// be fetched (`fault()` says why).
    [[nodiscard]] virtual std::optional<std::uint64_t> fetch(Address address, unsigned size) = 0;
    [[nodiscard]] virtual const Fault& fault() const = 0;

    /// As fetch(), but without a call where the bytes are at hand: for whoever reads much. False: they cannot be fetched.
    [[nodiscard]] bool read(Address address, unsigned size, std::uint64_t& value) {
        const auto offset = address - at_hand_from_;
        if (offset >= at_hand_.size() || at_hand_.size() - offset < size) [[unlikely]]
            return fetch_into(address, size, value);
        value = 0;
        std::memcpy(&value, at_hand_.data() + offset, size);
        return true;
    }

protected:
    /// Bytes that need no look at anything else: those from this address on.
    Address at_hand_from_ = 0;
    std::span<const std::byte> at_hand_;

private:
    [[nodiscard]] bool fetch_into(Address address, unsigned size, std::uint64_t& value) {
        const auto fetched = fetch(address, size);
        value = fetched.value_or(0);
        return fetched.has_value();
    }
};

struct LiftLimits {
    std::uint32_t max_instructions = 64;
    /// No instruction may start at or behind this address (the end of the page).
    Address end = 0;
    /// A block ends before any of these (host breakpoints), except at its start.
    std::span<const Address> stop_before{};
};

struct LiftResult {
    /// Not a single instruction could be fetched: the fault to raise; the block is void.
    std::optional<Fault> fault;
};

/// One architectural core: its state and its rules. It never executes instructions.
class TargetCore {
public:
    virtual ~TargetCore() = default;

    [[nodiscard]] virtual const StateLayout& layout() const = 0;
    /// The state block: layout().size bytes, aligned to 16, at a fixed place for the core's life.
    [[nodiscard]] virtual std::byte* state() = 0;
    [[nodiscard]] virtual std::span<const Helper> helpers() const = 0;

    /// Power-on state, with the program counter at \p entry (the board's reset vector).
    virtual void reset(Address entry) = 0;
    /// As reset, for a core that was powered off and that another one starts through firmware (FirmwareCall::Kind::CpuOn):
    /// \p argument goes where the target's convention for that wants it.
    virtual void start(Address entry, std::uint64_t /*argument*/) { reset(entry); }
    /// Somebody outside (a debugger, a board) has written slots: whatever follows from them is to be made again.
    virtual void state_written() {}

    // --- translation
    /// Every mode bit that the meaning of code at a given address depends on.
    [[nodiscard]] virtual std::uint64_t translation_key() const = 0;
    /// Decodes from \p start and emits one block: an Instruction marker before each guest instruction, a terminal last.
    /// A block that reaches a limit ends with a Goto to the next address. Undefined encodings emit Raise.
    [[nodiscard]] virtual LiftResult lift(Address start, const LiftLimits& limits, CodeReader& code, ir::Builder& builder) = 0;

    // --- memory
    /// Walks the MMU. \p mem_index is what the lifter put into the memory operation; for Access::Fetch it is
    /// fetch_mem_index(). \p size bytes do not cross a kPageSize page. An AtomicRmw asks with Access::Write.
    [[nodiscard]] virtual Translation translate(Address address, unsigned size, Access access, unsigned mem_index) = 0;
    [[nodiscard]] virtual unsigned fetch_mem_index() const = 0;
    /// Names the address space that is active now (root and ASID): soft-TLB entries made under one value are used only
    /// under that value.
    [[nodiscard]] virtual std::uint64_t address_space() const = 0;
    /// As translate, for a debugger: no faults, no side effects.
    [[nodiscard]] virtual std::optional<Address> translate_debug(Address address) = 0;

    /// Whether the transactions that the core makes now may reach what is reserved for secure software. Asked at each of them.
    [[nodiscard]] virtual bool secure() const { return false; }

    // --- exceptions and interrupts
    /// Architectural exception entry. The program counter slot holds the address of the faulting instruction.
    virtual void raise(const Fault& fault) = 0;
    /// Level of the named interrupt input \p line (index into Target::interrupt_inputs).
    virtual void set_interrupt(unsigned line, bool level) = 0;
    /// Enters the most urgent enabled pending interrupt, if any. The program counter is that of the next instruction.
    virtual bool take_interrupt() = 0;
    /// Whether a core that waits (StopReason::WaitForInterrupt) goes on: for an interrupt, or for what another core says (hear).
    [[nodiscard]] virtual bool wakes_up() const = 0;
    /// Whether what a waiting core waits for may be a store of another one, of which nobody tells it: then it goes on as soon as
    /// the others have had their turn.
    [[nodiscard]] virtual bool waits_for_memory() const { return false; }
    /// An alarm that was set through CoreHost::set_alarm. It may come early (the counter was set): the core looks at what
    /// it waits for and sets the alarm again where that has not come.
    virtual void on_alarm(unsigned id) = 0;
    /// Another core of this one's group broadcast something (CoreHost::broadcast). This core is between two instructions.
    virtual void hear(const Broadcast& /*message*/) {}

    /// Text of the instruction at \p address, for traces and listings; `length` receives its bytes.
    [[nodiscard]] virtual std::string disassemble(Address address, std::span<const std::byte> code, unsigned& length) const = 0;
};

/// A parameter that a model understands, for `medley describe` and for checking boards.
struct ParameterInfo {
    std::string name;
    std::string default_value;
    std::string meaning;
};

/// Choice of model and its parameters, for one core.
struct CoreConfig {
    std::string model;
    std::map<std::string, std::string> parameters;
    /// Number of the core among those that share an interrupt controller (a hart id, an affinity value).
    std::uint32_t index = 0;
};

/// A device-tree property value: text list, cells, or empty.
using TreeValue = std::variant<std::monostate, std::vector<std::string>, std::vector<std::uint32_t>>;
struct TreeProperty {
    std::string name;
    TreeValue value;
};

/// What the device tree says about a core.
struct CoreTree {
    std::vector<TreeProperty> properties;                     ///< Of the cpu node.
    std::vector<TreeProperty> interrupt_controller;           ///< Of its interrupt-controller child; empty: none.
    std::uint32_t interrupt_cells = 1;
    /// Specifier of each interrupt input, in the order of Target::interrupt_inputs; used by `interrupts-extended`.
    std::vector<std::uint32_t> input_specifiers;
};

/// A node of the device tree's root that describes the cores together (a timer that each has, a firmware interface).
struct TreeNode {
    std::string name;
    std::vector<TreeProperty> properties;
    /// Its `interrupts` are the ends of these outputs' wires (Target::outputs), in order.
    std::vector<std::string> interrupt_outputs;
};

/// What is to be booted, with images already read and placed by the board.
struct BootRequest {
    struct Image {
        Address address = 0;
        std::uint64_t size = 0;
        Address entry = 0;
    };
    std::optional<Image> firmware;
    std::optional<Image> kernel;
    std::optional<Image> initrd;
    std::optional<Image> program;      ///< A bare-metal program; boots when there is neither firmware nor kernel.
    std::optional<Address> device_tree;
    /// Free memory (the boot ROM) that a plan may fill.
    Address rom = 0;
    std::uint64_t rom_size = 0;
    Address ram = 0;
    std::uint64_t ram_size = 0;
};

struct BootPlan {
    struct Bytes {
        Address address = 0;
        std::vector<std::byte> data;
    };
    std::vector<Bytes> memory;                                         ///< To be written before reset.
    Address entry = 0;
    std::vector<std::pair<std::string, std::uint64_t>> registers;      ///< Slot values, set after reset.
};

/// Where a target likes images (Linux boot protocols differ in alignment and offsets).
struct ImagePlacement {
    std::uint64_t firmware_offset = 0;  ///< From the start of RAM.
    std::uint64_t kernel_offset = 0;
    std::uint64_t kernel_alignment = 0;
    /// The machine number that a Linux Image header and an ELF must have.
    std::uint16_t elf_machine = 0;
};

/// A family of instruction sets, registered under a name. Immutable and shared.
class Target {
public:
    virtual ~Target() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual std::string_view description() const = 0;
    [[nodiscard]] virtual std::vector<std::string> models() const = 0;
    [[nodiscard]] virtual std::vector<ParameterInfo> parameters() const = 0;
    [[nodiscard]] virtual std::span<const std::string_view> interrupt_inputs() const = 0;
    [[nodiscard]] virtual std::span<const std::string_view> outputs() const = 0;

    /// Throws UserError (without a place; the board adds it) when the model or a parameter is wrong.
    [[nodiscard]] virtual std::unique_ptr<TargetCore> make_core(const CoreConfig& config, CoreHost& host) const = 0;

    [[nodiscard]] virtual CoreTree device_tree(const CoreConfig& config) const = 0;
    /// Nodes beside the cpu nodes; \p config is that of the first core.
    [[nodiscard]] virtual std::vector<TreeNode> machine_tree(const CoreConfig& /*config*/) const { return {}; }
    [[nodiscard]] virtual ImagePlacement placement(const CoreConfig& config) const = 0;
    [[nodiscard]] virtual BootPlan boot(const CoreConfig& config, const BootRequest& request) const = 0;
    /// Model that fits an ELF's machine and class, for `medley disas`; empty when it is not this target's.
    [[nodiscard]] virtual std::string model_for_elf(std::uint16_t machine, bool is_64_bit, std::uint32_t flags) const = 0;
};

} // namespace medley
