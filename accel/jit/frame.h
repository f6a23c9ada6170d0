/// \file
/// What translated code and the C++ behind it share: one object at a fixed place that 32-bit displacements reach.
#pragma once

#include "accel/common/core_slots.h"
#include "accel/common/memory_unit.h"
#include "accel/jit/access_groups.h"
#include "accel/jit/code_set.h"
#include "accel/jit/jump_cache.h"
#include "accel/jit/pending_flags.h"
#include "accel/jit/side_table.h"
#include "medley/base/float.h"
#include "medley/cpu/helper.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace medley::accel::jit {

struct Block;
struct Frame;

/// Why translated code returned to the dispatcher.
enum class Leave : std::uint32_t {
    Link,          ///< By the exit of ExitSite `site`: it wants to be linked, or it is a safepoint at which the counter had run out.
    Lookup,        ///< Continue at the program counter.
    Safepoint,     ///< A safepoint at which the counter had run out; continue at the program counter.
    Stop,          ///< The Stop operation of `site`; continue at the program counter.
    ExitStop,      ///< As Stop, but continue at the site's address.
    Fault,         ///< `fault` at `site`.
    Apart,         ///< The common check of several accesses failed at `site`, whose instruction has done nothing yet.
    Again,         ///< Nor has that of `site` here, whose block was dropped.
    Cut,           ///< The block was dropped at `cut_site`, which the instruction behind it follows.
};

/// A float in memory that stands for the default NaN when it is any NaN.
struct NanPlace {
    void* place = nullptr;
    bool single = false; ///< binary32, in the low half; else binary64.
};
/// Some of Frame::nan_places.
struct NanPlaces {
    std::uint32_t first = 0, count = 0;
};

/// A way out of a block to a known address.
struct ExitSite {
    Block* block = nullptr;
    Address target = 0;
    std::uint32_t exit = 0; ///< Index into Block::exits.
    bool is_safepoint = false;
    bool is_linkable = false;
};

/// The bytes of a group in the soft TLB, and how far behind the first of them its leader's are.
struct GroupExtent {
    std::uint32_t bytes = 0;
    std::uint32_t leader = 0;
    [[nodiscard]] std::uint64_t encode() const { return bytes | std::uint64_t{leader} << 32; }
    [[nodiscard]] static GroupExtent decode(std::uint64_t bits) { return {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)}; }
};

/// A place in translated code that can call out or leave: what happens there, and the exact guest state.
struct Site {
    static constexpr std::uint32_t kNoCut = ~std::uint32_t{0};

    Block* block = nullptr;
    Address pc = 0;               ///< Of the instruction; of a Stop, where to continue.
    std::uint64_t imm = 0;        ///< Of the operation.
    std::uint64_t imm2 = 0;       ///< Likewise; of the leader of a group in the soft TLB, its GroupExtent.
    /// Where the guest goes on behind the instruction; only with `cut`, or where nothing is left of the instruction.
    Address resume = 0;
    /// Where the next instruction starts, in the block's code; kNoCut: the instruction itself leaves the block.
    std::uint32_t cut = kNoCut;
    bool is_relied_on = false;    ///< Accesses behind it were checked before it.
    bool is_last = false;         ///< Nothing of the instruction is left to do behind the site.
    std::uint16_t executed = 0;   ///< Instructions of the block before this one.
    ir::Opcode opcode{};
    ir::Type type{};
    std::uint8_t argument_count = 0;
    std::array<ir::Type, ir::kMaxArguments> argument_types{};
    NanPlaces nans;               ///< Not settled yet.
    NanPlaces nans_behind;        ///< The same at `cut`.
};

/// Where places in translated code found their pages in the soft TLB last: an index each, by their numbers. All zeros at first, as the frame is made of
/// them; only what is used takes memory.
struct PageHints {
    /// Places whose numbers are as far apart share a hint.
    static constexpr std::size_t kCount = std::size_t{1} << 16;
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    /// As often a hint has to be wrong for its place to be looked at.
    static constexpr std::uint32_t kWrongs = 256;
    struct Wear {
        std::uint8_t wrongs; ///< Modulo kWrongs.
        std::uint32_t since; ///< The low bits of the number of instructions executed when that was 0 last.
    };
    std::array<std::uint16_t, kCount> indexes;
    std::array<Wear, kCount> wear;
    std::uint32_t worn = kNone; ///< Has just been wrong that often.
};

/// What the C++ behind translated code asks of the accelerator.
class FrameOwner {
public:
    /// Somebody was called: whoever wants the machine to stop is heard at the next safepoint.
    virtual void after_call() = 0;
    /// Translations were flushed while the block was running: it is not linked to others any more.
    virtual void drop(Block& block) = 0;
    /// Nobody wants the machine to stop, and it is in the mode that translated code runs in.
    [[nodiscard]] virtual bool is_in_step() const = 0;
    /// The worn hint is the site's: whether it was given up and the block dropped, to be made anew without it.
    virtual bool give_up_hint(const Site& site) = 0;
    /// Makes the dropped block end in front of the site's next instruction.
    virtual void cut(const Site& site) = 0;
    virtual void trace_instruction(Address pc) = 0;

protected:
    ~FrameOwner() = default;
};

struct alignas(64) Frame {
    static constexpr std::size_t kSpills = 2048;
    static constexpr unsigned kHostRegisters = 16;
    struct FloatConstant {
        double wide;
        float narrow;
    };

    Frame(TargetCore& core_, GuestMemory& guest_memory, BlockCache& blocks_, const std::atomic<bool>& exit_requested_, FrameOwner& owner_);
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    /// Of the blocks' stack, a multiple of 16.
    [[nodiscard]] const void* stack_top() const { return stack.data() + stack.size(); }
    void set_pc(Address pc) { slots.set_pc(pc); }
    [[nodiscard]] Address pc() const { return slots.pc(); }
    [[nodiscard]] const Site& current() const { return sites[site]; }
    /// Continues behind the instruction of a site whose block was dropped. Whether that is a safepoint.
    bool continue_behind(const Site& from);

    /// Makes NaNs there the default ones.
    void settle(const NanPlaces& places) {
        if (places.count != 0)
            settle_all(places);
    }
    void settle_all(const NanPlaces& places);
    /// Behind a call of whoever may want the machine to stop.
    void after_call() {
        if (*slots.attention != 0 || exit_requested.load(std::memory_order_relaxed)) [[unlikely]]
            owner.after_call();
    }

    // --- what translated code touches
    /// Blocks run on a stack of their own, for the site and the return address of a call, and for the host's signals. Its
    /// pointer is the same in all blocks, so that what is used most stands right above, where a displacement of one byte reaches it.
    static constexpr std::size_t kStackBytes = std::size_t{64} << 10;
    alignas(64) std::array<std::byte, kStackBytes> stack; // Not touched, so that it takes no memory.
    std::uint32_t mode_tag = 1; ///< Names the current (translation key, address space); changes with flushes.
    bool floats_used = false;   ///< Since translated code was entered: else the host's flags are clean.
    JumpCache::Mode jump_mode;
    std::array<std::uint64_t, 9> near_limits{}; ///< Of flat ranges, as long as there is room.
    FlagOperands flag_operands; ///< Where the guest has condition flags.
    std::array<Wide, ir::kMaxArguments> arguments{}; ///< Of what C++ is called for; the first one is near.

    std::int64_t left = 0;        ///< Instructions until the next safepoint has to stop; in a register inside translated code.
    std::uint32_t site = 0;       ///< Index into `sites` (Leave::Link: `exit_sites`), set when translated code calls out or leaves.
    Leave leave = Leave::Lookup;
    const ExitSite* exit_base = nullptr; ///< exit_sites[0].
    std::uint64_t host_stack = 0; ///< The stack of whoever entered translated code, which C++ that is called runs on.
    std::uint64_t code_stack = 0; ///< Where translated code calls C++.
    std::uint32_t host_control = 0;  ///< The host's floating-point control, restored on leaving.
    std::uint32_t clean_control = 0; ///< Translated code's: to nearest, all masked, no flags.
    std::uint32_t now_control = 0;
    std::array<std::uint8_t, 64> flag_table{}; ///< From the host's exception flags to float_flag.
    // Operands of the host's logic on floating-point registers, 16 bytes each.
    alignas(16) std::array<std::uint64_t, 2> sign_double{std::uint64_t{1} << 63, 0};
    alignas(16) std::array<std::uint64_t, 2> sign_single{std::uint64_t{1} << 31, 0};
    alignas(16) std::array<std::uint64_t, 2> magnitude_double{~(std::uint64_t{1} << 63), 0};
    alignas(16) std::array<std::uint64_t, 2> magnitude_single{0x7fff'ffff, 0};
    alignas(16) std::array<std::uint64_t, 2> one_double{std::bit_cast<std::uint64_t>(1.0), 0};
    alignas(16) std::array<std::uint64_t, 2> one_single{std::bit_cast<std::uint32_t>(1.0F), 0};
    alignas(16) std::array<std::uint64_t, 2> high_ones{0xffff'ffff'0000'0000, 0};
    FloatConstant half{0.5, 0.5F};
    FloatConstant minus_one{-1.0, -1.0F};
    FloatConstant two_to_32{0x1p32, 0x1p32F};
    FloatConstant two_to_63{0x1p63, 0x1p63F};
    std::array<FloatConstant, 2> least_normal{{{0x1p-1022, 0x1p-126F}, {-0x1p-1022, -0x1p-126F}}};
    Rounding rounding = Rounding::NearestEven; ///< That translated code finds and leaves the host with.
    /// Twice the least normal number's bits, in every lane: of binary32, of binary64.
    std::array<Wide, 2> least_normal_lanes{{{0x0100'0000'0100'0000, 0x0100'0000'0100'0000}, {0x0020'0000'0000'0000, 0x0020'0000'0000'0000}}};
    Wide result{};
    std::array<std::uint64_t, kHostRegisters> saved_integers{};
    std::array<Wide, kHostRegisters> saved_floats{};
    std::array<std::uint64_t, 3> access_saved{}; ///< Registers that an access out of line uses.
    std::array<std::uint64_t, AccessGroups::kPlaces> group_addends{}; ///< Of groups of accesses that the soft TLB serves.
    PageHints hints;
    JumpCache jumps{jump_mode};
    std::array<Wide, kSpills> spills{};

    // --- what only C++ touches
    std::uint32_t cut_site = 0;
    bool has_shifted = false; ///< What the block rests on changed in its last instruction, since translated code was entered.
    PendingFlags flags;
    CoreSlots slots;
    FrameOwner& owner;
    const std::atomic<bool>& exit_requested; ///< Somebody wants the run to stop.
    const BlockCache& blocks;
    TargetCore& core;
    Fault fault{};
    HelperContext helper_context;
    SideTable<Site> sites;
    SideTable<NanPlace> nan_places;
    SideTable<ExitSite> exit_sites;
    ApartCode apart;
    WanderingCode wandering;
    MemoryUnit memory; ///< Translated code looks into its soft TLB, flat ranges and window.
    std::uint8_t* flat_map = nullptr;
};

/// Makes a Frame in the low 2 GB of the address space. Throws UserError when there is no room.
struct FrameDeleter {
    void operator()(Frame* frame) const;
};
using FramePointer = std::unique_ptr<Frame, FrameDeleter>;
[[nodiscard]] FramePointer make_frame(TargetCore& core, GuestMemory& memory, BlockCache& blocks,
                                      const std::atomic<bool>& exit_requested, FrameOwner& owner);

} // namespace medley::accel::jit
