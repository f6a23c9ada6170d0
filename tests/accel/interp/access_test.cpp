// Random accesses of every kind and size at the edges of everything that has one, in regimes that are flat, paged, or become one
// out of the other, while host memory moves, rights change and code comes and goes.
#include "medley/base/bits.h"
#include "tests/accel/support/areas.h"
#include "tests/accel/support/guest.h"

#include <algorithm>
#include <set>
#include <utility>

namespace medley::test {
namespace {

using ir::Type;

constexpr unsigned kPrograms = 60;
constexpr unsigned kRounds = 25;
constexpr unsigned kInstructions = 14;
constexpr unsigned kMemIndexes = 4;
constexpr unsigned kBareIndex = 3; ///< Paging does not concern it.
constexpr std::size_t kCodeOffset = 0x800; ///< In the page of code; accesses spare it.
constexpr std::size_t kCodeBytes = 4 * (kInstructions + 2);
constexpr Address kVirtual = 0x5555'0000; ///< The first of the pages that paging maps.
constexpr unsigned kVirtualPages = 40;
constexpr unsigned kCallShape = 255; ///< An instruction that is an event.

/// One instruction. It uses registers r[b] for the address, and a register of the type's kind, numbered a, for the data.
struct Shape {
    ir::MemOp op;
    Type type = Type::I64;
    bool store = false;
    bool narrow = false; ///< The address has 32 bits.
    std::int32_t offset = 0;
};

/// A core with its memory: one is driven by the accelerator, one by the definition.
struct World {
    World() : core(memory) { core.first_bare = kBareIndex; }
    AreaMemory memory;
    ToyCore core;
    Address code = 0;
    std::set<Address> edges;
};

/// Builds equal worlds from equal seeds.
class Builder {
public:
    explicit Builder(std::uint64_t seed) : random_(seed) {}

    void build(World& world) {
        add_memory(world);
        for (unsigned space = 0; space < 4; ++space)
            map_pages(world, space);
        set_regimes(world);
        find_edges(world);
    }
    void set_regimes(World& world) {
        auto& regimes = world.core.regimes;
        regimes.clear();
        for (unsigned i = 0; i < kMemIndexes; ++i)
            if (chance(2))
                regimes[i] = regime(world);
    }
    void find_edges(World& world) {
        auto& edges = world.edges;
        edges = {0, Address{1} << 32, world.memory.device, world.memory.device + kPageSize};
        for (const auto& area : world.memory.areas)
            edges.insert({area.first, world.memory.last(area) + 1, (area.first + 5 * kPageSize) & kPageMask, world.code & kPageMask,
                          (world.code & kPageMask) + kPageSize});
        for (const auto& [index, each] : world.core.regimes)
            edges.insert({each.first, each.last + 1});
        for (unsigned i = 0; i <= kVirtualPages; i += 1 + static_cast<unsigned>(below(3)))
            edges.insert(kVirtual + i * kPageSize);
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(unsigned in) { return below(in) == 0; }

    void add_memory(World& world) {
        auto& memory = world.memory;
        const std::array<std::size_t, 3> sizes = {kPageSize * (20 + below(30)), kPageSize * (16 + below(8)), kPageSize * (1 + below(20))};
        for (const auto size : sizes) {
            memory.rams.push_back(std::make_unique<GuardedRam>(size));
            auto* bytes = memory.rams.back()->bytes();
            for (std::size_t i = 0; i < size; i += 8) {
                const auto value = random_();
                std::memcpy(bytes + i, &value, sizeof value);
            }
        }
        // RAM 0 is where code is; it lies in turn at the bottom, across or up to 4 GiB, and up to the top of all addresses.
        const std::array<Address, 5> bases = {0, 0x8000'0000, (Address{1} << 32) - sizes[0], (Address{1} << 32) - 8 * kPageSize,
                                              Address{0} - sizes[0]};
        const auto base = bases[below(bases.size())];
        const bool watched = !chance(4);
        memory.areas = {{base, 0}, {0x1000'0000, 1}, {0x2000'0000, 0}, {0x3000'0000, 2, false}};
        for (auto& area : memory.areas)
            area.watched = watched;
        memory.device = 0x1000'0000 + sizes[1]; // right behind RAM 1
        world.code = base + below(4) * kPageSize + kCodeOffset;
    }

    ToyCore::Regime regime(const World& world) {
        ToyCore::Regime made;
        const auto& area = world.memory.areas[below(world.memory.areas.size())];
        const auto fine = chance(4) ? std::uint64_t{16} : kPageSize;
        if (chance(2)) {
            made.first = area.first + below(4) * fine;
            made.last = world.memory.last(area) - below(4) * fine;
        }
        if (chance(3))
            made.offset = (below(3) - 1) * kPageSize + (chance(2) ? 0 : world.memory.areas[0].first - area.first);
        made.readable = !chance(8);
        made.writable = !chance(5);
        return made;
    }

    void map_pages(World& world, unsigned space) {
        const auto code = world.code & kPageMask;
        auto& pages = world.core.pages;
        for (unsigned i = 0; i < kVirtualPages; ++i) {
            const auto& area = world.memory.areas[below(world.memory.areas.size())];
            const auto count = world.memory.rams[area.ram]->size() / kPageSize;
            ToyCore::Mapping page;
            page.physical = chance(12) ? world.memory.device : area.first + below(count) * kPageSize;
            page.readable = !chance(10);
            page.writable = !chance(6);
            page.cacheable = !chance(10);
            page.attributes.nonsecure = chance(2);
            if (!chance(10))
                pages[{space, kVirtual + i * kPageSize}] = page;
        }
        pages[{space, code}] = {code};
    }

    std::mt19937_64 random_;
};

/// Something that happens between or amid instructions.
void happen(World& world, std::uint64_t event, Accelerator* accelerator) {
    std::mt19937_64 random(event);
    const auto below = [&](std::uint64_t limit) { return random() % limit; };
    auto& memory = world.memory;
    const auto flush = [&](const TlbFlush& what) {
        if (accelerator != nullptr)
            accelerator->flush_tlb(what);
    };
    switch (below(7)) {
    case 0: memory.move(below(memory.rams.size())); break;
    case 1: {
        const auto area = below(memory.areas.size());
        memory.set_direct(area, !memory.areas[area].direct);
        break;
    }
    case 2:
        Builder(random()).set_regimes(world);
        flush({});
        break;
    case 3: {
        const auto space = below(4);
        flush({.everything = false, .by_address = false, .by_space = true, .address_space = space});
        break;
    }
    case 4: flush({.everything = false, .by_address = true, .address = kVirtual + below(kVirtualPages) * kPageSize}); break;
    case 5: { // Another CPU translates code from a page.
        auto& ram = *memory.rams[below(memory.rams.size())];
        ram.watch.watch(below(ram.size()));
        break;
    }
    default: { // Another bus master writes.
        auto& ram = *memory.rams[below(memory.rams.size())];
        const auto page = below(ram.size() / kPageSize) * kPageSize;
        const auto value = random();
        std::memcpy(ram.bytes() + page + 0x100, &value, sizeof value);
        ram.watch.written(page + 0x100, sizeof value);
        break;
    }
    }
}

/// The program of both worlds.
struct Program {
    std::vector<Shape> shapes;
    std::vector<std::uint32_t> words; ///< Script: a, b, and the number of the shape.
};

Program make_program(std::mt19937_64& random) {
    const auto below = [&](std::uint64_t limit) { return random() % limit; };
    static constexpr std::array kTypes = {Type::I64, Type::I64, Type::I32, Type::F64, Type::F32, Type::V128};
    Program program;
    for (unsigned i = 0; i < kInstructions; ++i) {
        Shape shape;
        shape.type = kTypes[below(kTypes.size())];
        const auto largest = shape.type == Type::V128 ? 5U : size_of(shape.type) == 8 ? 4U : 3U;
        shape.op.size_log2 = static_cast<std::uint8_t>(ir::is_float(shape.type) ? largest - 1 : below(largest));
        shape.op.sign = ir::is_integer(shape.type) && below(2) == 0;
        shape.op.big_endian = below(5) == 0;
        shape.op.require_alignment = below(6) == 0;
        shape.op.mem_index = static_cast<std::uint8_t>(below(kMemIndexes));
        shape.store = below(2) == 0;
        shape.narrow = below(5) == 0;
        static constexpr std::array<std::int32_t, 8> kOffsets = {0, 0, 0, 8, -8, 1, 0x7ff, -0x3fff'fff0};
        shape.offset = kOffsets[below(kOffsets.size())];
        const auto number = below(12) == 0 ? kCallShape : i;
        program.shapes.push_back(shape);
        program.words.push_back(static_cast<std::uint32_t>(ToyOp::Script) | static_cast<std::uint32_t>(below(8)) << 8 |
                                static_cast<std::uint32_t>(8 + below(6)) << 16 | number << 24);
    }
    return program;
}

ir::SlotId data_slot(Type type, unsigned number) {
    switch (type) {
    case Type::F64: return static_cast<ir::SlotId>(ToyCore::kD + number % 4);
    case Type::F32: return static_cast<ir::SlotId>(ToyCore::kS + number % 4);
    case Type::V128: return static_cast<ir::SlotId>(ToyCore::kV + number % 2);
    default: return static_cast<ir::SlotId>(number);
    }
}

void emit(const Shape& shape, ir::Builder& builder, std::uint32_t word) {
    const auto slot = data_slot(shape.type, word >> 8 & 15);
    auto address = builder.get(static_cast<ir::SlotId>(word >> 16 & 15), Type::I64);
    const auto width = shape.narrow ? Type::I32 : Type::I64;
    if (shape.narrow)
        address = builder.truncate(Type::I32, address);
    if (shape.offset != 0)
        address = builder.add(address, builder.constant(width, static_cast<std::uint64_t>(std::int64_t{shape.offset}) &
                                                                   low_mask(bits_of(width))));
    const bool small = shape.type == Type::I32;
    if (shape.store) {
        const auto data = builder.get(slot, small ? Type::I64 : shape.type);
        return builder.store(address, small ? builder.truncate(Type::I32, data) : data, shape.op);
    }
    const auto loaded = builder.load(shape.type, address, shape.op);
    builder.put(slot, small ? builder.zero_extend(Type::I64, loaded, 32) : loaded);
}

/// An access by its definition, byte by byte; whether it succeeded.
class Definition {
public:
    explicit Definition(World& world) : world_(world) {}

    bool access(const Shape& shape, std::uint32_t word) {
        const auto mask = low_mask(shape.narrow ? 32 : 64);
        const auto address = (world_.core.regs.r[word >> 16 & 15] + static_cast<std::uint64_t>(std::int64_t{shape.offset})) & mask;
        const auto size = shape.op.size();
        const auto kind = shape.store ? Access::Write : Access::Read;
        if (shape.op.require_alignment && address % size != 0)
            return fail({.kind = FaultKind::Alignment, .access = kind, .address = address});
        auto* const data = world_.core.state() + world_.core.layout()[data_slot(shape.type, word >> 8 & 15)].offset;
        std::array<std::byte, 16> bytes{};
        if (shape.store) {
            std::memcpy(bytes.data(), data, std::min<std::size_t>(size, size_of(shape.type)));
            if (shape.op.big_endian)
                std::reverse(bytes.begin(), bytes.begin() + size);
        }
        if (!transfer(address, mask, size, kind, shape.op.mem_index, bytes.data()))
            return false;
        if (!shape.store)
            keep(shape, bytes, data);
        return true;
    }

private:
    bool fail(const Fault& fault) {
        world_.core.raise(fault);
        return false;
    }

    bool transfer(Address address, Address mask, unsigned size, Access kind, unsigned mem_index, std::byte* bytes) {
        const auto first = std::min<unsigned>(size, static_cast<unsigned>(kPageSize - (address & ~kPageMask)));
        const std::array<std::pair<Address, unsigned>, 2> parts = {{{address, first}, {(address + first) & mask, size - first}}};
        std::array<Address, 2> physical{};
        MemAttributes attributes;
        const unsigned count = first == size ? 1 : 2;
        for (unsigned i = 0; i < count; ++i) {
            const auto translation = world_.core.translate(parts[i].first, parts[i].second, kind, mem_index);
            if (!translation.ok)
                return fail(translation.fault);
            physical[i] = translation.physical;
            attributes = translation.attributes;
        }
        const auto is_direct = [&](unsigned i) {
            const auto range = world_.memory.direct(physical[i]);
            return range.covers(physical[i], parts[i].second) && (kind == Access::Read || range.writable);
        };
        if (count == 2 && (!is_direct(0) || !is_direct(1)))
            return fail({.kind = FaultKind::Alignment, .access = kind, .address = address});
        for (unsigned i = 0; i < count; ++i) {
            const std::span part(bytes + (i == 0 ? 0 : first), parts[i].second);
            const auto status = kind == Access::Write ? world_.memory.write(physical[i], part, attributes)
                                                      : world_.memory.read(physical[i], part, attributes);
            if (status != MemStatus::Ok)
                return fail({.kind = FaultKind::Bus, .access = kind, .address = address});
        }
        return true;
    }

    static void keep(const Shape& shape, std::array<std::byte, 16> bytes, std::byte* data) {
        const auto size = shape.op.size();
        if (shape.op.big_endian)
            std::reverse(bytes.begin(), bytes.begin() + size);
        if (shape.type == Type::V128)
            return static_cast<void>(std::memcpy(data, bytes.data(), 16));
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), 8);
        if (shape.op.sign && size < 8)
            value = sign_extend(value, size * 8);
        value &= low_mask(bits_of(shape.type));
        std::memcpy(data, &value, shape.type == Type::I32 ? 8 : size_of(shape.type));
    }

    World& world_;
};

/// Both worlds, and what drives them.
class Contest {
public:
    Contest(std::uint64_t seed, const AcceleratorOptions& options) : random_(seed), program_(make_program(random_)) {
        const auto layout = random_();
        for (auto* world : {&tested_, &defined_}) {
            Builder(layout).build(*world);
            for (unsigned i = 0; i < kInstructions; ++i)
                put_word(*world, world->code + 4 * i, program_.words[i]);
            const auto end = world->code + 4 * kInstructions;
            put_word(*world, end, toy(ToyOp::Jump));
            put_word(*world, end + 4, toy(ToyOp::Jump));
            world->core.vector = end + 4;
        }
        register_under_test(registry_);
        accelerator_ = (*registry_.accelerators.begin())->make(tested_.core, tested_.memory, options);
        tested_.core.script = [this](ir::Builder& builder, Address, std::uint32_t word) {
            if (word >> 24 == kCallShape)
                builder.put(15, builder.call(0, Type::I64, {builder.get(14, Type::I64)}));
            else
                emit(program_.shapes[word >> 24], builder, word);
            return false;
        };
        tested_.core.on_call = [this](HelperContext&, std::uint64_t event) {
            happen(tested_, event, accelerator_.get());
            return event;
        };
    }

    void round() {
        prepare();
        run_tested();
        run_defined();
        compare();
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    static void put_word(World& world, Address address, std::uint32_t word) {
        ASSERT_EQ(world.memory.poke(address, std::as_bytes(std::span(&word, 1))), sizeof word);
    }

    Address any_address() {
        auto edge = tested_.edges.begin();
        std::advance(edge, below(tested_.edges.size()));
        const auto far = below(3) == 0 ? below(kPageSize) : 0;
        return *edge + far + below(40) - 20;
    }
    /// No instruction stores into code: all mappings move addresses by whole pages.
    [[nodiscard]] bool spares_code(unsigned reg, Address base) const {
        for (const auto word : program_.words) {
            if (word >> 24 == kCallShape || (word >> 16 & 15) != reg)
                continue;
            const auto& shape = program_.shapes[word >> 24];
            const auto at = (base + static_cast<std::uint64_t>(std::int64_t{shape.offset})) & ~kPageMask;
            if (shape.store && at + 16 > kCodeOffset && at < kCodeOffset + kCodeBytes)
                return false;
        }
        return true;
    }
    /// An edge for one of the instructions that use the register.
    Address any_base(unsigned reg) {
        std::vector<std::int32_t> offsets{0};
        for (const auto word : program_.words)
            if (word >> 24 != kCallShape && (word >> 16 & 15) == reg)
                offsets.push_back(program_.shapes[word >> 24].offset);
        for (;;) {
            const auto base = any_address() - static_cast<std::uint64_t>(std::int64_t{offsets[below(offsets.size())]});
            if (spares_code(reg, base))
                return base;
        }
    }

    void prepare() {
        const auto space = below(3) != 0 ? tested_.core.space : below(4);
        const auto between = below(4) == 0 ? random_() : 0;
        const bool same_addresses = std::exchange(started_, true) && below(3) == 0;
        const auto event = random_();
        std::array<std::uint64_t, 14> registers{};
        for (auto& each : registers)
            each = random_();
        for (unsigned i = 8; i < 14; ++i)
            registers[i] = any_base(i);
        for (auto* world : {&tested_, &defined_}) {
            auto& core = world->core;
            if (between != 0)
                happen(*world, between, world == &tested_ ? accelerator_.get() : nullptr);
            core.space = space;
            core.paging = space != 0;
            for (unsigned i = 0; i < 14; ++i)
                if (i < 8 || !same_addresses)
                    core.regs.r[i] = registers[i];
            core.regs.r[14] = event;
            core.regs.pc = world->code;
        }
    }

    void run_tested() {
        const auto end = tested_.code + 4 * kInstructions;
        for (unsigned i = 0; i < 2 * kInstructions && tested_.core.regs.pc != end && tested_.core.regs.pc != end + 4; ++i)
            static_cast<void>(accelerator_->run(1));
    }

    void run_defined() {
        auto& core = defined_.core;
        Definition definition(defined_);
        for (unsigned i = 0; i < kInstructions; ++i) {
            const auto word = program_.words[i];
            core.regs.pc = defined_.code + 4 * i;
            if (word >> 24 == kCallShape) {
                happen(defined_, core.regs.r[14], nullptr);
                core.regs.r[15] = core.regs.r[14];
            } else if (!definition.access(program_.shapes[word >> 24], word)) {
                return;
            }
        }
        core.regs.pc = defined_.code + 4 * kInstructions;
    }

    /// What a fault or a slot is in one world and in the other.
    std::string differences() {
        std::string text = fmt::format("instructions {:#x} {:#x} of {:#x};", tested_.core.regs.pc, defined_.core.regs.pc, tested_.code);
        for (const auto& slot : tested_.core.layout().slots())
            if (std::memcmp(tested_.core.state() + slot.offset, defined_.core.state() + slot.offset, size_of(slot.type)) != 0)
                text += " " + slot.name;
        for (auto* world : {&tested_, &defined_})
            if (!world->core.faults.empty()) {
                const auto& [fault, pc] = world->core.faults.back();
                text += fmt::format("; fault {} at {:#x} access {} address {:#x}", static_cast<int>(fault.kind), pc,
                                    static_cast<int>(fault.access), fault.address);
            }
        return text;
    }

    void compare() {
        ASSERT_EQ(tested_.core.regs, defined_.core.regs) << differences();
        ASSERT_EQ(tested_.core.faults.size(), defined_.core.faults.size());
        for (std::size_t i = 0; i < tested_.core.faults.size(); ++i) {
            const auto& [one, at] = tested_.core.faults[i];
            const auto& [other, there] = defined_.core.faults[i];
            ASSERT_EQ(at, there);
            ASSERT_EQ(one.kind, other.kind);
            ASSERT_EQ(one.access, other.access);
            ASSERT_EQ(one.address, other.address);
        }
        ASSERT_EQ(tested_.memory.accesses, defined_.memory.accesses);
        for (std::size_t i = 0; i < tested_.memory.rams.size(); ++i) {
            const auto& one = *tested_.memory.rams[i];
            const auto& other = *defined_.memory.rams[i];
            ASSERT_EQ(std::memcmp(one.bytes(), other.bytes(), one.size()), 0) << "RAM " << i;
            compare_watches(i, one, other);
        }
    }

    /// Writes to watched pages were reported, and only those. Code itself is watched by the accelerator alone.
    void compare_watches(std::size_t ram, const GuardedRam& one, const GuardedRam& other) {
        if (!tested_.memory.areas[0].watched)
            return;
        const auto code = ram == 0 ? (tested_.code - tested_.memory.areas[0].first) / kPageSize : ~std::uint64_t{0};
        for (std::uint64_t page = 0; page < one.size() / kPageSize; ++page) {
            if (page == code)
                continue;
            ASSERT_EQ(one.watch.watched(page * kPageSize), other.watch.watched(page * kPageSize)) << "RAM " << ram << " page " << page;
        }
    }

    std::mt19937_64 random_;
    Program program_;
    bool started_ = false;
    World tested_, defined_;
    CpuRegistry registry_;
    std::unique_ptr<Accelerator> accelerator_;
};

TEST(Accesses, AreWhatTheyAreDefinedToBe) {
    const auto base = random_seed();
    for (unsigned program = 0; program < kPrograms; ++program) {
        SCOPED_TRACE(fmt::format("MEDLEY_SEED={}", base + program));
        Contest contest(base + program, {{"verify", "true"}});
        for (unsigned round = 0; round < kRounds; ++round) {
            SCOPED_TRACE(fmt::format("round {}", round));
            contest.round();
            if (::testing::Test::HasFatalFailure())
                return;
        }
    }
}

} // namespace
} // namespace medley::test
