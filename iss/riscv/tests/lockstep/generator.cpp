#include "iss/riscv/tests/lockstep/generator.h"

#include "iss/riscv/config.h"
#include "iss/riscv/core.h"
#include "iss/riscv/decode/row.h"
#include "iss/riscv/page_walk.h"
#include "iss/riscv/tests/lockstep/assembler.h"
#include "medley/base/bits.h"

#include <algorithm>
#include <random>

namespace medley::iss::riscv::test {
namespace {

using namespace medley::test::lockstep_map;
using medley::test::LockstepEvent;
using medley::test::LockstepPiece;
using medley::test::LockstepProgram;

// Pages of RAM, by their offset.
constexpr Address kHandler = kRam;              // the trap handler
constexpr Address kCode = kRam + 0x4000;        // three pages of random code
constexpr std::uint64_t kCodeSize = 0x3000;
constexpr Address kData = kRam + 0x8000;        // eight pages
constexpr Address kTables = kRam + 0x1'0000;    // root, middle, leaf
constexpr Address kLeaf = kTables + 2 * kPageSize;
/// Virtual addresses behind RAM's identity: pages that stand for others, then the device and the RAM without direct access.
constexpr Address kAlias = kRam + kRamSize;
constexpr unsigned kFirstAlias = kRamSize / kPageSize;
constexpr unsigned kAliases = 6;
constexpr Address kDeviceAlias = kAlias + kAliases * kPageSize;
constexpr Address kSlowAlias = kDeviceAlias + kPageSize;

/// Registers with a purpose; random results mostly go elsewhere.
enum Role : unsigned {
    kStack = 2,       // data
    kDataPointer = 8, // data
    kEdgePointer = 9, // the end of a data page
    kCodePointer = 10, // code, to be written to
    kLeafPointer = 11, // the page table
    kDevicePointer = 16,
    kTarget = 24,     // code under another address
    kAliasPage = 25,
    kEntry = 26,      // page table entries
    kEntry2 = 27,
    kWords = 28,      // instructions
    kWords2 = 29,
    kHandlerTemp = 30,
    kHandlerTemp2 = 31,
};
constexpr unsigned kResults[] = {1, 3, 4, 5, 6, 7, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23};

std::vector<std::byte> bytes_of(std::uint64_t value, unsigned size) {
    std::vector<std::byte> bytes(size);
    for (unsigned i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(value >> 8 * i);
    return bytes;
}

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed) {
        program_.seed = seed;
        for (const auto& row : all_rows())
            if (row.lifter != nullptr && (row.requirement.xlens & 2) != 0)
                rows_.push_back(&row);
    }

    LockstepProgram make() {
        paged_ = chance(2);
        const char* const model = "rv64";
        program_.name = paged_ ? "paged" : "bare";
        const CoreConfig config{model, {}, 0};
        program_.make_core = [parsed = Config::parse(config)](CoreHost& host) { return std::make_unique<Core>(parsed, host); };
        program_.entry = kHandler + 0x200;
        make_handler();
        make_start();
        make_code();
        make_data();
        make_tables();
        make_registers();
        make_events();
        return std::move(program_);
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(unsigned in) { return below(in) == 0; }
    template <class List>
    auto any(const List& list) {
        return list[below(std::size(list))];
    }
    unsigned result() { return chance(25) ? static_cast<unsigned>(below(30)) : any(kResults); }
    unsigned operand() { return static_cast<unsigned>(below(30)); }

    void put(Address address, std::uint64_t value, unsigned size) { program_.pieces.push_back({address, bytes_of(value, size), {}}); }
    void put_words(Address address, std::initializer_list<std::uint32_t> words) {
        for (const auto word : words) {
            put(address, word, 4);
            address += 4;
        }
    }

    // --- what holds a program together

    /// Interrupts are lowered at their source; an exception goes on behind the instruction, with another privilege after a
    /// call; where nothing can be fetched, somewhere in the code.
    void make_handler() {
        using namespace csr_number;
        put_words(kHandler, {
            csrr(kHandlerTemp, kMcause),
            branch(5, kHandlerTemp, 0, 16),           // not negative: an exception
            lui(kHandlerTemp, kDevice >> 12),
            sd(0, kHandlerTemp, kLower),
            kMret,
            addi(kHandlerTemp, kHandlerTemp, -1),
            addi(0, 0, 0),
            branch(0, kHandlerTemp, 0, 64),           // instruction access fault
            addi(kHandlerTemp, kHandlerTemp, -11),
            branch(0, kHandlerTemp, 0, 56),           // instruction page fault
            csrr(kHandlerTemp2, kMepc),
            addi(kHandlerTemp2, kHandlerTemp2, 4),
            csrw(kMepc, kHandlerTemp2),
            lui(kHandlerTemp2, 1),
            srli(kHandlerTemp2, kHandlerTemp2, 1),    // the low bit of mstatus.MPP
            addi(kHandlerTemp, kHandlerTemp, 4),
            branch(1, kHandlerTemp, 0, 12),
            csr(2, 0, kMstatus, kHandlerTemp2),       // a call from user mode: on in supervisor mode
            kMret,
            addi(kHandlerTemp, kHandlerTemp, -1),
            branch(1, kHandlerTemp, 0, 8),
            csr(3, 0, kMstatus, kHandlerTemp2),       // a call from supervisor mode: on in user mode
            kMret,
            // Instruction faults: an address made of the instruction count.
            csrr(kHandlerTemp, kMinstret),
            slli(kHandlerTemp, kHandlerTemp, 53),
            srli(kHandlerTemp, kHandlerTemp, 52),
            lui(kHandlerTemp2, static_cast<std::uint32_t>(kCode >> 12)),
            slli(kHandlerTemp2, kHandlerTemp2, 32),
            srli(kHandlerTemp2, kHandlerTemp2, 32),
            add(kHandlerTemp, kHandlerTemp, kHandlerTemp2),
            csrw(kMepc, kHandlerTemp),
            kMret,
        });
    }

    /// Machine mode: handler, interrupts, memory rights, paging; then into the code.
    void make_start() {
        using namespace csr_number;
        const std::uint64_t table = kHandler + 0x400;
        auto at = kHandler + 0x200;
        std::uint64_t slot = 0;
        const auto emit = [&](std::uint32_t word) {
            put(at, word, 4);
            at += 4;
        };
        const auto load = [&](std::uint64_t value) { // 31 = value
            put(table + 8 * slot, value, 8);
            emit(i_type(0x03, 3, kHandlerTemp2, kHandlerTemp, static_cast<std::int32_t>(8 * slot++)));
        };
        const auto write = [&](unsigned number, std::uint64_t value) {
            load(value);
            emit(csrw(number, kHandlerTemp2));
        };
        emit(lui(kHandlerTemp, static_cast<std::uint32_t>(kHandler >> 12)));
        emit(slli(kHandlerTemp, kHandlerTemp, 32));
        emit(srli(kHandlerTemp, kHandlerTemp, 32));
        emit(addi(kHandlerTemp, kHandlerTemp, 0x400));
        write(kMtvec, kHandler);
        write(kMie, 0xaaa);
        write(0x3b0, ~std::uint64_t{0});
        write(0x3a0, 0x1f);
        write(0x306, 7); // mcounteren
        write(kMenvcfg, (chance(2) ? std::uint64_t{1} << 61 : 0) | 0xf0);
        if (chance(4)) { // Fine-grained rights in one page of code or data.
            write(0x3b0, (any(std::array{kCode, kData}) + 0x400 + 16 * below(16)) >> 2);
            write(0x3b1, ~std::uint64_t{0});
            write(0x3a0, 0x1f0c);
        }
        if (paged_)
            write(kSatp, std::uint64_t{8} << 60 | below(3) << 44 | kTables >> 12);
        const std::uint64_t mpp = paged_ ? (chance(3) ? 0 : 1) : any(std::array{3, 3, 1, 0});
        // FS dirty, MPIE, MPP; sometimes SUM and MXR.
        write(kMstatus, 0x2080 | below(2) << 14 | mpp << 11 | (chance(2) ? 0xc0000 : 0));
        write(kMepc, kCode + 2 * below(32));
        emit(kMret);
    }

    // --- random code

    void make_code() {
        // Dense code around the page boundaries and the entry, loops and jumps everywhere else.
        const std::uint64_t length = 200 + below(600);
        fill(kCode, kCode + length);
        for (const Address boundary : {kCode + kPageSize, kCode + 2 * kPageSize})
            fill(boundary - 40 - 2 * below(20), boundary + 60 + 2 * below(40));
        put(kCode + kCodeSize - 4, jal(0, -static_cast<std::int32_t>(kCodeSize - 4)), 4);
        fill(kSlow, kSlow + 64);
        put(kSlow + 64, jalr(0, kTarget, 0), 4);
        fill(kSlow + kPageSize - 16, kSlow + kPageSize + 16);
    }

    void fill(Address at, Address end) {
        while (at < end) {
            const auto here = at;
            LockstepPiece piece{here, {}, {}};
            const auto add = [&](std::uint64_t word, unsigned size) {
                const auto bytes = bytes_of(word, size);
                piece.bytes.insert(piece.bytes.end(), bytes.begin(), bytes.end());
                const auto nothing = size == 2 ? bytes_of(0x0001, 2) : bytes_of(addi(0, 0, 0), 4);
                piece.instead.insert(piece.instead.end(), nothing.begin(), nothing.end());
                at += size;
            };
            emit_something(here, add);
            program_.pieces.push_back(std::move(piece));
        }
        // Back into the code, so that programs do not run off.
        LockstepPiece back{at, bytes_of(jalr(1, kTarget, 0), 4), {}};
        program_.pieces.push_back(std::move(back));
    }

    template <class Add>
    void emit_something(Address here, Add add) {
        switch (below(16)) {
        case 0: return add(branch_near(here), 4);
        case 1: return add(jump_near(here), 4);
        case 2: return change_code(add);
        case 3: return chance(2) ? remap(add) : add(access_device(), 4);
        case 4: return counted_loop(add);
        case 5: return add(any(std::array{kEcall, kFenceI, kWfi, csr_access(), csr_access(), jalr(1, kTarget, 4 * static_cast<std::int32_t>(below(8)))}), 4);
        default: return random_row(here, add);
        }
    }

    std::int32_t near_offset(Address here, std::int64_t reach) {
        // Now and then backwards, mostly not far; sometimes into the middle of an instruction.
        const auto offset = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(reach))) - (chance(3) ? reach / 2 : 0);
        const auto to = std::clamp<std::int64_t>(static_cast<std::int64_t>(here) + offset, kCode, kCode + kCodeSize - 4);
        const auto base = here >= kSlow ? static_cast<std::int64_t>(here) + std::abs(offset) % 32 : to;
        return static_cast<std::int32_t>(base - static_cast<std::int64_t>(here)) & ~1;
    }
    std::uint32_t branch_near(Address here) { return branch(any(std::array{0U, 1U, 4U, 5U, 6U, 7U}), operand(), chance(2) ? 0 : operand(), near_offset(here, 64)); }
    std::uint32_t jump_near(Address here) { return jal(chance(2) ? 0 : 1, near_offset(here, chance(4) ? 0x2000 : 64)); }

    /// x5 counts down around a few random instructions.
    template <class Add>
    void counted_loop(Add add) {
        add(addi(5, 0, static_cast<std::int32_t>(1 + below(12))), 4);
        const auto body = 1 + below(4);
        for (std::uint64_t i = 0; i < body; ++i)
            add(i_type(0x13, any(std::array{0U, 4U, 6U, 7U}), any(std::array{12U, 13U, 14U, 17U}), operand(), static_cast<std::int32_t>(below(4096))), 4);
        if (chance(3))
            add(sd(operand(), kDataPointer, 8 * static_cast<std::int32_t>(below(64))), 4);
        add(addi(5, 5, -1), 4);
        const auto length = 4 * static_cast<std::int32_t>(body + 1);
        add(branch(1, 5, 0, -length), 4);
    }

    /// Instructions over instructions, near and far, with and without a fence.
    template <class Add>
    void change_code(Add add) {
        const auto from = any(std::array{kWords, kWords2});
        const auto width = any(std::array{1U, 2U, 2U, 3U});
        add(s_type(0x23, width, from, chance(3) ? kTarget : kCodePointer, static_cast<std::int32_t>(below(2048)) & ~1), 4);
        if (chance(3))
            add(kFenceI, 4);
    }

    /// Another page behind an address, with and without fences.
    template <class Add>
    void remap(Add add) {
        const auto entry = chance(8) ? below(kFirstAlias) : kFirstAlias + below(kAliases);
        add(sd(any(std::array{kEntry, kEntry2}), kLeafPointer, static_cast<std::int32_t>(8 * entry)), 4);
        switch (below(4)) {
        case 0: add(sfence_vma(0, 0), 4); break;
        case 1: add(sfence_vma(kAliasPage, 0), 4); break;
        case 2: add(sfence_vma(chance(2) ? unsigned{kAliasPage} : 0U, 12), 4); break;
        default: break;
        }
        if (chance(2))
            add(i_type(0x03, 3, result(), kAliasPage, 8 * static_cast<std::int32_t>(below(200))), 4);
    }

    std::uint32_t access_device() {
        const auto offset = static_cast<std::int32_t>(8 * below(7));
        if (chance(2))
            return i_type(0x03, 3, result(), kDevicePointer, offset);
        return sd(operand(), kDevicePointer, offset);
    }

    std::uint32_t csr_access() {
        static constexpr unsigned kNumbers[] = {0x001, 0x002, 0x003, 0x140, 0x340, 0xc00, 0xc01, 0xc02, 0xb00, 0xb02, 0x300, 0x300, 0x304,
                                                0x344, 0x180, 0x320, 0x30a, 0x14d, 0x100, 0x104, 0x144, 0x342, 0x343, 0x141, 0x7a0, 0x106};
        const auto number = any(kNumbers);
        // Of mstatus, only set and clear by small numbers; the rest as it comes.
        const auto f3 = number == 0x300 || number == 0x100 ? any(std::array{6U, 7U}) : any(std::array{1U, 2U, 3U, 5U, 6U, 7U});
        return csr(f3, result(), number, chance(3) ? 0 : operand());
    }

    template <class Add>
    void random_row(Address here, Add add) {
        const auto* row = rows_[below(rows_.size())];
        auto word = static_cast<std::uint32_t>(random_());
        if (row->pattern.width == 16)
            return add((compressed(word) & ~row->pattern.mask) | row->pattern.value, 2);
        word = shaped(word, row->pattern.value & 0x7f);
        word = (word & ~row->pattern.mask) | row->pattern.value;
        if ((word & 0x7f) == 0x63)
            return add(branch_near(here), 4);
        if ((word & 0x7f) == 0x6f)
            return add(jump_near(here), 4);
        if ((word & 0x7f) == 0x67)
            return add(jalr(1, kTarget, static_cast<std::int32_t>(below(64)) & ~1), 4);
        if ((word & 0x7f) == 0x73 && (word >> 12 & 7) != 0 && (word >> 12 & 7) != 4)
            return add(csr_access(), 4);
        add(word, 4);
    }

    unsigned pointer() { return any(std::array<unsigned, 9>{kStack, kDataPointer, kDataPointer, kDataPointer, kEdgePointer, kEdgePointer, kCodePointer, kAliasPage, kDevicePointer}); }

    /// Registers that make sense for the major opcode; the pattern's fixed bits are put in afterwards.
    std::uint32_t shaped(std::uint32_t word, std::uint32_t opcode) {
        const bool load = opcode == 0x03 || opcode == 0x07;
        const bool store = opcode == 0x23 || opcode == 0x27;
        const bool atomic = opcode == 0x2f;
        const auto replace = [&word](unsigned at, std::uint32_t value) { word = (word & ~(0x1fU << at)) | value << at; };
        replace(7, result());
        replace(15, operand());
        replace(20, operand());
        if (!load && !store && !atomic)
            return word;
        if (!chance(12))
            replace(15, pointer());
        if (store) { // The offset: small, and mostly aligned.
            word &= 0x03ff'ffff;
            replace(7, static_cast<std::uint32_t>(chance(4) ? below(32) : 8 * below(4)));
        } else if (load) {
            word = (word & 0x000f'ffff) | static_cast<std::uint32_t>(chance(4) ? below(256) : 8 * below(32)) << 20;
        }
        return word;
    }

    /// Destinations among x12 to x15, pointers among x8 and x9.
    std::uint32_t compressed(std::uint32_t word) {
        const auto short_pointer = static_cast<std::uint32_t>(below(2));
        word = (word & ~0x380U) | (chance(3) ? short_pointer : static_cast<std::uint32_t>(4 + below(4))) << 7;
        if (chance(2))
            word = (word & ~0x1cU) | static_cast<std::uint32_t>(4 + below(4)) << 2;
        if (chance(2))
            word = (word & ~0xf80U) | result() << 7;
        return word;
    }

    // --- data

    void make_data() {
        LockstepPiece data{kData, {}, {}};
        for (unsigned i = 0; i < 8 * kPageSize / 8; ++i) {
            const auto bytes = bytes_of(interesting(), 8);
            data.bytes.insert(data.bytes.end(), bytes.begin(), bytes.end());
        }
        program_.pieces.push_back(std::move(data));
    }

    std::uint64_t interesting() {
        switch (below(8)) {
        case 0: return below(16);
        case 1: return std::uint64_t{0} - below(16);
        case 2: return std::uint64_t{1} << below(64);
        case 3: return kData + 8 * below(1024);
        case 4: return 0xffff'ffff'0000'0000 | 0x3f80'0000 | below(0x80'0000); // a boxed float
        case 5: return 0x3ff0'0000'0000'0000 ^ below(2) << 63 ^ below(1U << 20) << 30;
        case 6: return 0x7ff0'0000'0000'0000 | below(2) << 51 | below(2);
        default: return random_();
        }
    }

    std::uint64_t leaf(Address physical) {
        auto flags = pte::kValid | pte::kRead | pte::kWrite | pte::kExecute | pte::kAccessed | pte::kDirty;
        if (chance(4))
            flags &= ~(std::uint64_t{1} << (1 + below(7)));
        if (chance(6))
            flags &= ~(pte::kAccessed | pte::kDirty);
        return physical >> 12 << pte::kPpnShift | flags | (user_ ? pte::kUser : 0);
    }

    void make_tables() {
        user_ = chance(3);
        put(kTables + 8 * 2, (kTables + kPageSize) >> 12 << pte::kPpnShift | pte::kValid, 8);
        put(kTables + kPageSize, kLeaf >> 12 << pte::kPpnShift | pte::kValid, 8);
        if (chance(3)) // A superpage somewhere.
            put(kTables + kPageSize + 8, kRam >> 12 << pte::kPpnShift | 0xcf | (user_ ? pte::kUser : 0), 8);
        for (unsigned i = 0; i < kFirstAlias; ++i)
            put(kLeaf + 8 * i, (kRam + i * kPageSize) >> 12 << pte::kPpnShift | 0xcf | (user_ ? pte::kUser : 0), 8);
        for (unsigned i = 0; i < kAliases; ++i)
            put(kLeaf + 8 * (kFirstAlias + i), leaf(random_page()), 8);
        put(kLeaf + 8 * (kFirstAlias + kAliases), leaf(kDevice), 8);
        put(kLeaf + 8 * (kFirstAlias + kAliases + 1), leaf(kSlow), 8);
        put(kLeaf + 8 * (kFirstAlias + kAliases + 2), leaf(kSlow + kPageSize), 8);
    }
    Address random_page() { return !chance(3) ? kCode + kPageSize * below(3) : chance(8) ? kSlow : kData + kPageSize * below(8); }

    void make_registers() {
        auto& registers = program_.registers;
        for (unsigned i = 1; i < 30; ++i)
            registers.emplace_back(name(i), interesting());
        const auto set = [&](unsigned number, std::uint64_t value) { registers.emplace_back(name(number), value); };
        set(kStack, kData + 0x800);
        set(kDataPointer, kData + kPageSize * below(3) + 8 * below(64));
        set(kEdgePointer, kData + kPageSize * (1 + below(3)) - 1 - below(16));
        set(kCodePointer, kCode + 4 * below(256));
        set(kLeafPointer, kLeaf);
        set(kDevicePointer, paged_ && !chance(4) ? kDeviceAlias : kDevice);
        const auto alias = kAlias + kPageSize * below(kAliases);
        set(kTarget, paged_ && !chance(3) ? alias + 4 * below(16) : chance(6) ? (paged_ ? kSlowAlias : kSlow) : kCode + 4 * below(32));
        set(kAliasPage, !paged_ ? kData + kPageSize : chance(2) ? alias : kAlias + kPageSize * below(kAliases));
        set(kEntry, leaf(random_page()));
        set(kEntry2, leaf(random_page()));
        set(kWords, instructions());
        set(kWords2, instructions());
        for (unsigned i = 0; i < 32; ++i)
            registers.emplace_back("f" + std::to_string(i), interesting());
    }
    std::uint64_t instructions() {
        const auto one = [this] { return i_type(0x13, any(std::array{0U, 4U, 6U}), any(kResults), operand(), static_cast<std::int32_t>(below(4096))); };
        return std::uint64_t{one()} << 32 | (chance(4) ? branch(1, operand(), 0, 8) : one());
    }
    static std::string name(unsigned number) {
        static constexpr const char* kNames[] = {"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",
                                                 "a1",   "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5",
                                                 "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
        return kNames[number];
    }

    void make_events() {
        std::uint64_t after = 0;
        const auto count = 4 + below(16);
        for (std::uint64_t i = 0; i < count; ++i) {
            after += 1 + (chance(4) ? below(20) : below(300));
            LockstepEvent event;
            event.after = after;
            event.exact = chance(2);
            switch (below(9)) {
            case 0:
            case 1:
            case 2: event.line = static_cast<unsigned>(below(4)); event.level = !chance(4); break;
            case 3:
            case 4:
                event.kind = LockstepEvent::Kind::Write;
                event.address = kCode + 8 * below(kCodeSize / 8);
                event.value = instructions();
                break;
            case 5: event.kind = LockstepEvent::Kind::Flush; break;
            case 6: event.kind = LockstepEvent::Kind::ClearExclusive; break;
            case 7:
                event.kind = chance(3) ? LockstepEvent::Kind::Revoke : LockstepEvent::Kind::Barrier;
                event.address = kRam + kPageSize * (4 + below(10));
                break;
            default:
                event.kind = LockstepEvent::Kind::Write;
                event.address = kLeaf + 8 * (kFirstAlias + below(kAliases));
                event.value = leaf(random_page());
                break;
            }
            program_.events.push_back(event);
        }
    }

    LockstepProgram program_;
    std::mt19937_64 random_;
    std::vector<const Row*> rows_;
    bool paged_ = false;
    bool user_ = false;
};

} // namespace

LockstepProgram make_lockstep_program(std::uint64_t seed) { return Generator(seed).make(); }

} // namespace medley::iss::riscv::test
