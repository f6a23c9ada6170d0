/// \file
/// A target for tests of accelerators, small enough to be read at once: sixteen registers, a dozen instructions of four bytes
/// at even addresses, a page table that is a std::map. It also shows what a target has to bring.
///
/// An instruction is a little-endian word: operation, a, b, c, one byte each. c is signed where it is a number.
#pragma once

#include "medley/cpu/accelerator.h"
#include "medley/cpu/target.h"

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace medley::test {

enum class ToyOp : std::uint8_t {
    Script,   ///< Whatever ToyCore::script emits.
    AddImm,   ///< ra = rb + c
    Add,      ///< ra = rb + rc
    Load,     ///< ra = 64 bits at rb + c
    Store,    ///< 64 bits at rb + c = ra
    BranchNe, ///< if ra != rb go to pc + 4 * c
    Jump,     ///< go to pc + 4 * c
    JumpReg,  ///< go to ra
    Raise,    ///< fault with code a and value rb
    Wait,     ///< wait for interrupt
    Yield,
    Resync,   ///< stop and look everything up again
    Call,     ///< ra = ToyCore::on_call(rb); it may fault
    LoadEx,   ///< ra = 64 bits at rb, exclusively
    StoreEx,  ///< ra = failure of storing rc at rb
};

[[nodiscard]] constexpr std::uint32_t toy(ToyOp op, unsigned a = 0, unsigned b = 0, int c = 0) {
    return static_cast<std::uint32_t>(op) | a << 8 | b << 16 | static_cast<std::uint32_t>(c & 0xff) << 24;
}

/// RAM from address 0, and one device page behind it whose every access is recorded.
class ToyMemory final : public GuestMemory {
public:
    static constexpr std::size_t kRam = 1 << 20;
    static constexpr Address kDevice = kRam;

    [[nodiscard]] DirectRange direct(Address physical) override;
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data, MemAttributes attributes) override;
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override;
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override;
    void set_listener(MemoryListener* listener) override;

    template <class T>
    void put(Address address, T value) {
        std::memcpy(&ram[address], &value, sizeof value);
    }
    template <class T>
    [[nodiscard]] T get(Address address) const {
        T value;
        std::memcpy(&value, &ram[address], sizeof value);
        return value;
    }
    /// Writes as another bus master does.
    template <class T>
    void write_from_outside(Address address, T value) {
        put(address, value);
        watch.written(address, sizeof value);
    }
    void code(Address address, std::initializer_list<std::uint32_t> words);

    struct DeviceAccess {
        bool write = false;
        Address address = 0;
        std::uint64_t value = 0;
        std::uint64_t executed = 0;
    };
    std::vector<std::byte> ram = std::vector<std::byte>(kRam);
    CodeWatch watch{kRam};
    std::vector<DeviceAccess> device;
    std::function<void(const DeviceAccess&)> on_device;
    std::function<std::uint64_t()> executed = [] { return std::uint64_t{0}; };
    bool has_direct = true; ///< False: RAM is only reached by transactions.
    bool has_watch = true;
    MemoryListener* listener = nullptr;
};

class ToyCore final : public TargetCore {
public:
    static constexpr unsigned kRegisters = 16;
    static constexpr Address kVector = 0x40; ///< Where exceptions go, unless `vector` says otherwise.

    struct State {
        std::array<std::uint64_t, kRegisters> r{};
        std::uint64_t pc = 0;
        std::array<std::uint64_t, 4> d{};  ///< F64
        std::array<std::uint32_t, 4> s{};  ///< F32
        std::array<std::uint32_t, 4> w{};  ///< I32
        std::uint32_t flags = 0;
        std::uint32_t attention = 0;
        std::array<std::uint16_t, 4> h{};  ///< F16
        std::array<std::uint8_t, 4> b{};   ///< I1
        alignas(16) std::array<std::uint64_t, 4> v{}; ///< Two V128
        friend bool operator==(const State&, const State&) = default;
    };
    /// Slot ids: registers are 0 to 15.
    static constexpr ir::SlotId kPc = 16, kD = 17, kS = 21, kW = 25, kFlags = 29, kAttention = 30, kH = 31, kB = 35, kV = 39,
                                kLowR0 = 41; ///< The low half of r0 as a slot of its own.

    /// With `overlap` there is a slot that shares bytes with another (kLowR0).
    explicit ToyCore(GuestMemory& memory, bool overlap = false);

    [[nodiscard]] const StateLayout& layout() const override { return layout_; }
    [[nodiscard]] std::byte* state() override { return reinterpret_cast<std::byte*>(&regs); }
    [[nodiscard]] std::span<const Helper> helpers() const override { return helpers_; }
    void reset(Address entry) override;
    [[nodiscard]] std::uint64_t translation_key() const override { return key; }
    [[nodiscard]] LiftResult lift(Address start, const LiftLimits& limits, CodeReader& code, ir::Builder& builder) override;
    [[nodiscard]] Translation translate(Address address, unsigned size, Access access, unsigned mem_index) override;
    [[nodiscard]] unsigned fetch_mem_index() const override { return 0; }
    [[nodiscard]] std::uint64_t address_space() const override { return space; }
    [[nodiscard]] std::optional<Address> translate_debug(Address address) override { return address; }
    void raise(const Fault& fault) override;
    void set_interrupt(unsigned, bool level) override { regs.attention = level ? 1 : 0; }
    bool take_interrupt() override { return false; }
    [[nodiscard]] bool wakes_up() const override { return awake; }
    void on_alarm(unsigned) override {}
    [[nodiscard]] std::string disassemble(Address, std::span<const std::byte>, unsigned& length) const override {
        length = 4;
        return "toy";
    }

    struct Mapping {
        Address physical = 0;
        bool readable = true, writable = true, executable = true, cacheable = true;
        MemAttributes attributes{};
    };
    State regs;
    std::uint64_t key = 0;
    std::uint64_t space = 0;
    bool paging = false;
    /// What is promised without paging (an empty range: nothing), for a memory index with a regime of its own or for all.
    struct Regime {
        Address first = 0;
        Address last = ~Address{0};
        Address offset = 0; ///< Physical minus virtual.
        bool readable = true, writable = true;
    };
    bool flat = true;
    /// Paging does not concern this memory index and those above.
    unsigned first_bare = ~0U;
    std::map<unsigned, Regime> regimes; ///< Accesses outside of one fault.
    bool awake = false;
    bool aligned = false; ///< Loads and stores require alignment.
    std::map<std::pair<std::uint64_t, Address>, Mapping> pages; ///< By space and virtual page.
    std::vector<std::pair<Fault, Address>> faults;              ///< With the program counter.
    std::uint64_t translations = 0;
    std::uint64_t lifts = 0;
    /// Emits one instruction; true when it ended the block.
    std::function<bool(ir::Builder&, Address, std::uint32_t)> script;
    std::function<std::uint64_t(HelperContext&, std::uint64_t)> on_call;
    std::function<void(Address)> on_walk; ///< An address is translated.
    Address vector = kVector;

private:
    [[nodiscard]] Translation translate_flat(Address address, unsigned size, Access access, unsigned mem_index) const;
    void add_helpers();
    [[nodiscard]] bool lift_one(Address pc, std::uint32_t word, ir::Builder& builder);
    [[nodiscard]] bool lift_jump(Address pc, std::uint32_t word, ir::Builder& builder);
    void lift_memory(std::uint32_t word, ir::Builder& builder);

    GuestMemory& memory_;
    StateLayout layout_;
    std::vector<Helper> helpers_;
};

} // namespace medley::test
