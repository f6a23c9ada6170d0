// Guests reach nothing but what direct access granted: every access at every edge of every range, with pages behind the ranges
// that end this process when they are touched, and a pattern where a range ends within a page.
#include "tests/accel/support/guest.h"

#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>

namespace medley::test {
namespace {

/// A range of RAM whose first or last byte is the first or last one of its mapping.
class GuardedRange {
public:
    GuardedRange(Address first, std::uint64_t size, bool at_end) : first_(first), size_(size) {
        const auto pages = (size + kPageSize - 1) & kPageMask;
        mapped_ = pages + 2 * kPageSize;
        void* place = ::mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED)
            throw std::bad_alloc();
        base_ = static_cast<std::byte*>(place);
        EXPECT_EQ(::mprotect(base_ + kPageSize, pages, PROT_READ | PROT_WRITE), 0);
        slack_ = pages - size;
        host_ = base_ + kPageSize + (at_end ? slack_ : 0);
        slack_at_ = at_end ? base_ + kPageSize : host_ + size;
        std::memset(slack_at_, 0xa5, slack_);
    }
    ~GuardedRange() { ::munmap(base_, mapped_); }
    GuardedRange(const GuardedRange&) = delete;
    GuardedRange& operator=(const GuardedRange&) = delete;

    [[nodiscard]] Address first() const { return first_; }
    [[nodiscard]] Address last() const { return first_ + (size_ - 1); }
    [[nodiscard]] bool covers(Address address, std::uint64_t size) const {
        return address >= first() && address <= last() && size - 1 <= last() - address;
    }
    [[nodiscard]] std::byte* at(Address address) const { return host_ + (address - first_); }
    [[nodiscard]] bool slack_is_untouched() const {
        for (std::size_t i = 0; i < slack_; ++i)
            if (slack_at_[i] != std::byte{0xa5})
                return false;
        return true;
    }
    CodeWatch watch{1 << 16};

private:
    Address first_;
    std::uint64_t size_;
    std::size_t mapped_ = 0, slack_ = 0;
    std::byte* base_ = nullptr;
    std::byte* host_ = nullptr;
    std::byte* slack_at_ = nullptr;
};

class GuardedMemory final : public GuestMemory {
public:
    GuardedMemory() {
        add(0x1000, 0x1000, false); // code
        add(0x1'0000, 0x4000, false);
        add(0x2'0000, 0x1000, true);
        add(0x3'0100, 0xe00, true); // within a page
        add(0x4'0000, 0x1800, false);
        // Neighbours that are far apart in the host.
        add(0x5'0000, 0x1000, true);
        add(0x5'1000, 0x1000, false);
        add(0xffff'f000, 0x1000, true);
        add(0x1'0000'0000, 0x1000, false);
        add(~std::uint64_t{0} - 0x1fff, 0x2000, true);
    }
    [[nodiscard]] DirectRange direct(Address physical) override {
        const auto* range = find(physical, 1);
        if (range == nullptr)
            return {};
        return {range->at(range->first()), range->first(), range->last(), true, true, const_cast<CodeWatch*>(&range->watch), 0};
    }
    [[nodiscard]] MemStatus read(Address physical, std::span<std::byte> data) override {
        return peek(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] MemStatus write(Address physical, std::span<const std::byte> data) override {
        return poke(physical, data) == data.size() ? MemStatus::Ok : MemStatus::Bus;
    }
    [[nodiscard]] std::size_t peek(Address physical, std::span<std::byte> data) override {
        const auto* range = find(physical, data.size());
        if (range == nullptr)
            return 0;
        std::memcpy(data.data(), range->at(physical), data.size());
        return data.size();
    }
    [[nodiscard]] std::size_t poke(Address physical, std::span<const std::byte> data) override {
        const auto* range = find(physical, data.size());
        if (range == nullptr)
            return 0;
        std::memcpy(range->at(physical), data.data(), data.size());
        return data.size();
    }
    void set_listener(MemoryListener* listener) override {
        for (auto& range : ranges) {
            if (listener_ != nullptr)
                range->watch.remove_listener(*listener_);
            if (listener != nullptr)
                range->watch.add_listener(*listener);
        }
        listener_ = listener;
    }
    [[nodiscard]] GuardedRange* find(Address physical, std::uint64_t size) const {
        for (const auto& range : ranges)
            if (range->covers(physical, size))
                return range.get();
        return nullptr;
    }
    std::vector<std::unique_ptr<GuardedRange>> ranges;

private:
    void add(Address first, std::uint64_t size, bool at_end) { ranges.push_back(std::make_unique<GuardedRange>(first, size, at_end)); }
    MemoryListener* listener_ = nullptr;
};

enum class What : std::uint8_t { Load, Store, Add, LoadExclusive };

/// One access after the other: r1 is the data, r3 the address.
class EdgeGuest {
public:
    EdgeGuest() : core_(memory_) {
        register_under_test(registry_);
        accelerator_ = (*registry_.accelerators.begin())->make(core_, memory_, {{"verify", "true"}});
        core_.script = [](ir::Builder& builder, Address, std::uint32_t word) {
            emit(builder, static_cast<What>(word >> 8 & 15), {.size_log2 = static_cast<std::uint8_t>(word >> 16 & 7)}, (word >> 24 & 1) != 0);
            return false;
        };
    }

    /// Whether it succeeded.
    bool access(What what, unsigned size_log2, Address address, std::uint64_t data, bool narrow) {
        // Each kind of access has a place of its own in the code, so that it is translated once.
        const auto index = (static_cast<unsigned>(what) * 8 + size_log2) * 2 + (narrow ? 1 : 0);
        const Address pc = 0x1000 + 8 * index;
        const std::uint64_t words = toy(ToyOp::Script, static_cast<unsigned>(what), size_log2, narrow ? 1 : 0) |
                                    std::uint64_t{toy(ToyOp::JumpReg, 5)} << 32;
        std::memcpy(memory_.ranges[0]->at(pc), &words, sizeof words);
        core_.faults.clear();
        core_.regs.pc = pc;
        core_.regs.r[1] = data;
        core_.regs.r[3] = address;
        core_.regs.r[5] = 0x1000;
        EXPECT_GE(accelerator_->run(1).executed, 1u);
        return core_.faults.empty();
    }
    [[nodiscard]] std::uint64_t result() const { return core_.regs.r[2]; }
    [[nodiscard]] GuardedMemory& memory() { return memory_; }

private:
    static void emit(ir::Builder& builder, What what, ir::MemOp op, bool narrow) {
        using ir::Opcode;
        using ir::Type;
        auto address = builder.get(3, Type::I64);
        if (narrow)
            address = builder.truncate(Type::I32, address);
        const auto data = builder.get(1, Type::I64);
        switch (what) {
        case What::Load:
            if (op.size_log2 == 4)
                return builder.put(2, builder.op_as(Opcode::VExtract, Type::I64, {builder.load(Type::V128, address, op)}, 0));
            return builder.put(2, builder.load(Type::I64, address, op));
        case What::Store:
            if (op.size_log2 == 4)
                return builder.store(address, builder.op(Opcode::VInsert, {builder.get(ToyCore::kV, Type::V128), data}, 0), op);
            return builder.store(address, data, op);
        case What::Add:
            return builder.put(2, builder.op_as(Opcode::AtomicRmw, Type::I64, {address, data}, op.encode(), static_cast<std::uint64_t>(ir::RmwOp::Add)));
        case What::LoadExclusive: return builder.put(2, builder.op_as(Opcode::LoadExclusive, Type::I64, {address}, op.encode()));
        }
    }

    GuardedMemory memory_;
    CpuRegistry registry_;
    ToyCore core_;
    std::unique_ptr<Accelerator> accelerator_;
};

/// Whether the bytes lie in ranges, perhaps in two that touch at a page's end.
bool reachable(const GuardedMemory& memory, Address address, std::uint64_t size, Address mask) {
    for (std::uint64_t i = 0; i < size; ++i)
        if (memory.find((address + i) & mask, 1) == nullptr)
            return false;
    return true;
}

TEST(Edges, NothingOutsideOfDirectAccessIsTouched) {
    EdgeGuest guest;
    auto& memory = guest.memory();
    std::uint64_t data = 0x0102030405060708;
    unsigned done = 0, refused = 0;
    const auto try_all = [&](Address address) {
        for (const bool narrow : {false, true})
            for (const auto what : {What::Load, What::Store, What::Add, What::LoadExclusive})
                for (unsigned log2 = 0; log2 <= (what <= What::Store ? 4U : 3U); ++log2) {
                    const Address mask = narrow ? 0xffff'ffff : ~Address{0};
                    const auto size = std::uint64_t{1} << log2;
                    const bool allowed = reachable(memory, address & mask, size, mask);
                    const bool aligned = (address & (size - 1)) == 0;
                    const bool worked = guest.access(what, log2, address, data += 0x0101010101010101, narrow);
                    const auto text = fmt::format("{} of {} bytes at {:#x}{}", static_cast<int>(what), size, address, narrow ? " (32 bits)" : "");
                    ASSERT_TRUE(!worked || allowed) << text;
                    ASSERT_TRUE(!aligned || worked == allowed) << text;
                    ++(worked ? done : refused);
                }
    };
    for (unsigned round = 0; round < 2; ++round)
        for (std::size_t i = 1; i < memory.ranges.size(); ++i) {
            const auto first = memory.ranges[i]->first();
            const auto last = memory.ranges[i]->last();
            // First inside, so that the tables are filled.
            try_all((first + (last - first) / 2) & ~Address{15});
            for (Address offset = 0; offset < 40; ++offset) {
                try_all(first + offset - 20);
                try_all(last + offset - 20);
            }
        }
    for (const auto& range : memory.ranges)
        EXPECT_TRUE(range->slack_is_untouched()) << range->first();
    EXPECT_GT(done, 1000u);
    EXPECT_GT(refused, 1000u);
}

} // namespace
} // namespace medley::test
