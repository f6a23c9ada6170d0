#include "accel/common/memory_unit.h"

#include "medley/base/bits.h"

#include <bit>
#include <cstring>

namespace medley::accel {
namespace {

/// In the other byte order.
Wide turned(const Wide& value, const ir::MemOp& op) {
    if (op.size_log2 == 4)
        return {__builtin_bswap64(value.high), __builtin_bswap64(value.low)};
    return {__builtin_bswap64(value.low) >> (64 - 8 * op.size()), 0};
}

/// Each size is a copy of its own: what was just written a byte at a time is read as a byte, and no function is called.
void copy_sized(void* to, const void* from, unsigned size_log2) {
    switch (size_log2) {
    case 0: std::memcpy(to, from, 1); break;
    case 1: std::memcpy(to, from, 2); break;
    case 2: std::memcpy(to, from, 4); break;
    case 3: std::memcpy(to, from, 8); break;
    default: std::memcpy(to, from, 16); break;
    }
}

inline Wide from_bytes(const std::byte* data, const ir::MemOp& op) {
    Wide value;
    copy_sized(&value, data, op.size_log2);
    return op.big_endian ? turned(value, op) : value;
}

std::array<std::byte, 16> to_bytes(const Wide& value, const ir::MemOp& op) {
    const auto ordered = op.big_endian ? turned(value, op) : value;
    std::array<std::byte, 16> bytes;
    std::memcpy(bytes.data(), &ordered, sizeof ordered);
    return bytes;
}

unsigned left_in_page(Address address) { return static_cast<unsigned>(kPageSize - (address & ~kPageMask)); }

} // namespace

MemoryUnit::MemoryUnit(TargetCore& core, GuestMemory& memory, BlockCache& blocks)
    : core_(core), memory_(memory), blocks_(blocks), team_(memory.team()) {
    memory_.set_listener(this);
}

MemoryUnit::~MemoryUnit() { memory_.set_listener(nullptr); }

void MemoryUnit::set_tracer(Tracer* tracer) {
    tracer_ = tracer;
    tlb.force_slow(tracer != nullptr);
    choose_window();
}

void MemoryUnit::trace(Access access, Address address, Address physical, unsigned size, std::uint64_t data) {
    if (tracer_ != nullptr)
        tracer_->access(access, address, physical, size, data);
}

bool MemoryUnit::fail(FaultKind kind, Access access, Address address) {
    fault_ = Fault{.kind = kind, .access = access, .address = address};
    return false;
}

// --- translation

/// A page that was translated before answers from the table, devices too. But what is misaligned at a device is the target's to refuse,
/// for what the page is: it is asked each time.
bool MemoryUnit::resolve(Address address, unsigned size, Access access, unsigned mem_index, Place& place) {
    const auto context = tlb.context(mem_index);
    const auto& page = tlb.page(address, mem_index);
    if (page.tag == ((address & kPageMask) | context) && (access == Access::Write ? page.writable : page.readable)) {
        const auto offset = address & ~kPageMask;
        const bool direct = access == Access::Write ? page.host_writable : page.host_readable;
        if (!direct && !is_aligned(address, size))
            return walk(address, size, access, mem_index, place);
        place = {page.physical | offset, direct ? page.host + offset : nullptr, page.watch, page.watch_offset | offset, false, page.attributes};
        return true;
    }
    return walk(address, size, access, mem_index, place);
}

/// What the guest has not flushed, or what its page tables say. Where an address is all that it takes nothing is remembered:
/// some accelerators never ask. Misaligned accesses to devices as in resolve().
Translation MemoryUnit::translate(Address address, unsigned size, Access access, unsigned mem_index) {
    known_.set_regime(tlb.space(), mem_index);
    const auto* const known = known_.find(address);
    const auto answers = [&] {
        const bool allows = access == Access::Write ? known->writable : known->readable;
        return allows && (is_aligned(address, size) || memory_.direct(known->physical).host != nullptr);
    };
    if (known != nullptr && answers())
        return {.ok = true, .physical = known->physical | (address & ~kPageMask), .readable = known->readable,
                .writable = known->writable, .cacheable = true, .attributes = known->attributes};
    ++counters_.translations;
    const auto before = flushes_;
    auto translation = core_.translate(address, size, access, mem_index);
    if (flushes_ != before)
        translation.cacheable = false;
    if (translation.ok && translation.cacheable && !translation.is_flat()) {
        known_.set_regime(tlb.space(), mem_index);
        known_.add(address, {translation.physical & kPageMask, translation.readable, translation.writable, translation.attributes});
    }
    if (known_.overflowed())
        tlb.flush_all();
    return translation;
}

/// Both may wait for other CPUs, or for the platform: what was found is void when something was flushed meanwhile.
std::pair<Translation, DirectRange> MemoryUnit::find(Address address, unsigned size, Access access, unsigned mem_index) {
    for (unsigned round = 0;; ++round) {
        const auto before = flushes_;
        auto translation = translate(address, size, access, mem_index);
        const auto range = translation.ok ? memory_.direct(translation.physical) : DirectRange{};
        if (flushes_ == before)
            return {translation, range};
        translation.cacheable = false;
        if (round == kMostWalks)
            return {translation, range};
    }
}

bool MemoryUnit::walk(Address address, unsigned size, Access access, unsigned mem_index, Place& place) {
    const auto [translation, range] = find(address, size, access, mem_index);
    if (!translation.ok) {
        fault_ = translation.fault;
        return false;
    }
    const auto physical = translation.physical;
    const bool direct = range.covers(physical, size) && (access == Access::Write ? range.writable : range.readable);
    place = {physical, direct ? range.at(physical) : nullptr, range.host != nullptr ? range.watch : nullptr,
             range.watch_offset + (physical - range.first), translation.aligned_only, translation.attributes};
    if (translation.cacheable)
        fill(address, translation, range, mem_index);
    if (flats.learn(mem_index, address, translation, range))
        choose_window();
    return true;
}

void MemoryUnit::fill(Address address, const Translation& translation, const DirectRange& range, unsigned mem_index) {
    // While tracing, contexts stay unset and every access walks.
    const auto context = tlb.assign_context(mem_index);
    const auto virtual_page = address & kPageMask;
    const auto physical_page = translation.physical & kPageMask;
    const bool whole = range.covers(physical_page, kPageSize);
    auto& page = tlb.page(address, mem_index);
    const auto entry = tlb.entry(address, mem_index);
    ++counters_.tlb_fills;
    page = {.tag = virtual_page | context,
            .physical = physical_page,
            .host = whole ? range.at(physical_page) : nullptr,
            .watch = whole ? range.watch : nullptr,
            .watch_offset = whole ? range.watch_offset + (physical_page - range.first) : 0,
            .readable = translation.readable,
            .writable = translation.writable,
            .host_readable = whole && range.readable,
            .host_writable = whole && range.writable,
            .attributes = translation.attributes};
    tlb.clear_entry(address, mem_index);
    if (!whole) {
        // A range that ends within the page: each access asks for it anew.
        if (range.host != nullptr)
            page = {};
        return;
    }
    entry.page = virtual_page;
    entry.addend = reinterpret_cast<std::uintptr_t>(page.host) - virtual_page;
    if (page.readable && page.host_readable)
        entry.reader = static_cast<std::uint32_t>(context);
    const Place place{physical_page, page.host, page.watch, page.watch_offset};
    if (page.writable && page.host_writable)
        reopen(address, mem_index, place);
}

bool MemoryUnit::writes_are_watched(const CodeWatch* watch, std::uint64_t offset, Address physical) const {
    if (watch != nullptr)
        return watch->watched(offset);
    return blocks_.has_page({nullptr, physical & kPageMask});
}

/// Lets direct writes through again where there is no code (any more). The entry is the page's.
void MemoryUnit::reopen(Address address, unsigned mem_index, const Place& place) {
    if (writes_are_watched(place))
        return;
    tlb.allow_writes(address, mem_index);
    flats.mark(place.watch, (place.watch != nullptr ? place.watch_offset : place.physical) & kPageMask, false);
}

std::optional<std::uint64_t> MemoryUnit::prepare(const Extent& all, Address address, const ir::MemOp& op, Access access) {
    Place place;
    if (all.bytes > left_in_page(all.first) || !resolve(address, op.size(), access, op.mem_index, place))
        return std::nullopt;
    const auto entry = tlb.entry(address, op.mem_index);
    if (entry.page != (address & kPageMask) || (access == Access::Write ? entry.writer : entry.reader) != tlb.context(op.mem_index))
        return std::nullopt;
    return entry.addend;
}

// --- plain accesses

bool MemoryUnit::transfer_in(const Place& place, Address address, unsigned size, std::byte* data, Access blame) {
    if (place.host != nullptr) {
        copy_sized(data, place.host, static_cast<unsigned>(std::countr_zero(size)));
        return true;
    }
    ++counters_.device_accesses;
    return memory_.read(place.physical, {data, size}, place.attributes) == MemStatus::Ok || fail(FaultKind::Bus, blame, address);
}

bool MemoryUnit::transfer_out(const Place& place, Address address, unsigned size, const std::byte* data, Access blame) {
    if (place.host == nullptr) {
        ++counters_.device_accesses;
        return memory_.write(place.physical, {data, size}, place.attributes) == MemStatus::Ok || fail(FaultKind::Bus, blame, address);
    }
    copy_sized(place.host, data, static_cast<unsigned>(std::countr_zero(size)));
    report_write(place, size);
    return true;
}

/// Direct memory was written behind the memory model's back.
void MemoryUnit::report_write(const Place& place, unsigned size) {
    if (!writes_are_watched(place))
        return;
    ++counters_.code_writes;
    if (place.watch != nullptr)
        alone(team_, [&] { place.watch->written(place.watch_offset, size); });
    else
        (void)blocks_.drop_written({nullptr, place.physical & kPageMask}, place.physical & ~kPageMask, size);
}

/// The page of a plain access, when it was translated before and is reached by transactions: what is left when translated code has looked. While
/// tracing no page has a context.
inline const SoftTlb::Page* MemoryUnit::known_device(Address address, const ir::MemOp& op, Access access) {
    const auto& page = tlb.page(address, op.mem_index);
    const auto rest = op.size() - 1;
    // The last byte's page, where the entry is the first one's, which neighbours never share.
    if (page.tag != (((address + rest) & kPageMask) | tlb.context(op.mem_index)) || (address & rest) != 0)
        return nullptr;
    const bool is_device = access == Access::Write ? page.writable && !page.host_writable : page.readable && !page.host_readable;
    return is_device ? &page : nullptr;
}

bool MemoryUnit::load(Address address, const ir::MemOp& op, Address mask) {
    ++counters_.slow_accesses;
    const auto* page = known_device(address, op, Access::Read);
    if (page == nullptr)
        return load_anywhere(address, op, mask);
    ++counters_.device_accesses;
    std::array<std::byte, 16> data{};
    if (memory_.read(page->physical | (address & ~kPageMask), std::span(data).first(op.size()), page->attributes) != MemStatus::Ok)
        return fail(FaultKind::Bus, Access::Read, address);
    value = from_bytes(data.data(), op);
    return true;
}

[[gnu::noinline]] bool MemoryUnit::load_anywhere(Address address, const ir::MemOp& op, Address mask) {
    std::array<std::byte, 16> data{};
    const auto size = op.size();
    if (op.require_alignment && (address & (size - 1)) != 0)
        return fail(FaultKind::Alignment, Access::Read, address);
    if (left_in_page(address) < size)
        return load_crossing(address, op, mask, data.data());
    Place place;
    if (!resolve(address, size, Access::Read, op.mem_index, place) || !transfer_in(place, address, size, data.data()))
        return false;
    value = from_bytes(data.data(), op);
    trace(Access::Read, address, place.physical, size, value.low);
    return true;
}

bool MemoryUnit::store(Address address, const ir::MemOp& op, Address mask, Wide data) {
    ++counters_.slow_accesses;
    const auto* page = known_device(address, op, Access::Write);
    if (page == nullptr)
        return store_anywhere(address, op, mask, data);
    ++counters_.device_accesses;
    const auto bytes = to_bytes(data, op);
    return memory_.write(page->physical | (address & ~kPageMask), std::span(bytes).first(op.size()), page->attributes) == MemStatus::Ok ||
           fail(FaultKind::Bus, Access::Write, address);
}

[[gnu::noinline]] bool MemoryUnit::store_anywhere(Address address, const ir::MemOp& op, Address mask, const Wide& data) {
    const auto bytes = to_bytes(data, op);
    const auto size = op.size();
    if (op.require_alignment && (address & (size - 1)) != 0)
        return fail(FaultKind::Alignment, Access::Write, address);
    if (left_in_page(address) < size)
        return store_crossing(address, op, mask, bytes.data());
    Place place;
    if (!resolve(address, size, Access::Write, op.mem_index, place))
        return false;
    trace(Access::Write, address, place.physical, size, data.low & low_mask(size * 8));
    if (!transfer_out(place, address, size, bytes.data(), Access::Write))
        return false;
    if (const auto& page = tlb.page(address, op.mem_index); place.host != nullptr && page.host_writable &&
                                              page.tag == ((address & kPageMask) | tlb.context(op.mem_index)))
        reopen(address, op.mem_index, place);
    return true;
}

// --- accesses that cross into the next page

bool MemoryUnit::resolve_crossing(Address address, unsigned size, Access access, unsigned mem_index, Address mask,
                                  std::array<Place, 2>& places) {
    const auto first = left_in_page(address);
    const auto second = (address + first) & mask;
    // A walk for the second page may be a transaction, in which the first one's host memory is withdrawn. Both translations are
    // known by then.
    std::uint64_t before = 0;
    std::uint64_t flushes = 0;
    const auto is_void = [&] { return before != counters_.invalidations || flushes != flushes_; };
    for (unsigned round = 0; round == 0 || (is_void() && round < 3); ++round) {
        before = counters_.invalidations;
        flushes = flushes_;
        if (!resolve(address, first, access, mem_index, places[0]) ||
            !resolve(second, size - first, access, mem_index, places[1]))
            return false;
    }
    if (before != counters_.invalidations)
        return fail(FaultKind::Alignment, access, address);
    const auto refused = [](const Place& place) { return place.host == nullptr || place.aligned_only; };
    if (refused(places[0]) || refused(places[1]))
        return fail(FaultKind::Alignment, access, address);
    return true;
}

bool MemoryUnit::load_crossing(Address address, const ir::MemOp& op, Address mask, std::byte* data) {
    std::array<Place, 2> places;
    if (!resolve_crossing(address, op.size(), Access::Read, op.mem_index, mask, places))
        return false;
    const auto first = left_in_page(address);
    std::memcpy(data, places[0].host, first);
    std::memcpy(data + first, places[1].host, op.size() - first);
    value = from_bytes(data, op);
    trace(Access::Read, address, places[0].physical, op.size(), value.low);
    return true;
}

bool MemoryUnit::store_crossing(Address address, const ir::MemOp& op, Address mask, const std::byte* data) {
    std::array<Place, 2> places;
    if (!resolve_crossing(address, op.size(), Access::Write, op.mem_index, mask, places))
        return false;
    const auto first = left_in_page(address);
    trace(Access::Write, address, places[0].physical, op.size(), from_bytes(data, op).low);
    std::memcpy(places[0].host, data, first);
    std::memcpy(places[1].host, data + first, op.size() - first);
    report_write(places[0], first);
    report_write(places[1], op.size() - first);
    return true;
}

// --- code pages and listeners

void MemoryUnit::protect_code(const CodePage& page, Address physical_page) {
    if (page.watch != nullptr) {
        static_cast<CodeWatch*>(const_cast<void*>(page.watch))->watch(page.page);
        return;
    }
    tlb.forbid_writes(physical_page);
    flats.mark(nullptr, physical_page, true);
}

bool MemoryUnit::code_written(CodeWatch& watch, std::uint64_t offset, std::uint64_t size) {
    return blocks_.drop_written({&watch, offset & kPageMask}, offset & ~kPageMask, size);
}

void MemoryUnit::page_released(CodeWatch& watch, std::uint64_t offset) { flats.mark(&watch, offset, false); }

void MemoryUnit::page_watched(CodeWatch& watch, std::uint64_t offset) {
    tlb.forbid_writes(&watch, offset);
    flats.mark(&watch, offset, true);
}

void MemoryUnit::direct_invalidated(Address first, Address last) {
    ++counters_.invalidations;
    tlb.forget_physical(first, last);
    flats.forget_physical(first, last, forgotten());
    choose_window();
    blocks_.drop_physical(first, last);
}

// --- translated code

/// What is found in the soft TLB is not learnt from.
FlatRanges::Forgotten MemoryUnit::forgotten() {
    return [this](std::uint64_t space, unsigned mem_index) { tlb.forget_context(space, mem_index); };
}

void MemoryUnit::enable_flat_ranges(std::uint8_t* map, std::span<std::uint64_t> near) {
    flats.enable(map, near, [this](const CodeWatch* watch, std::uint64_t offset) { return writes_are_watched(watch, offset, offset); });
}

void MemoryUnit::choose_window() {
    window = flats.addend(expected_).value_or(0);
    flats.open(window, !tlb.is_slow());
}

void MemoryUnit::expect(unsigned mem_index) {
    if (mem_index == expected_)
        return;
    expected_ = mem_index;
    choose_window();
}

bool MemoryUnit::set_space(std::uint64_t space) {
    tlb.set_space(space);
    flats.set_space(space);
    if (!flats.settle())
        return false;
    choose_window();
    return true;
}

void MemoryUnit::start_over() {
    tlb.flush_all();
    flats.start_over();
    choose_window();
}

void MemoryUnit::flush(const TlbFlush& what) {
    ++flushes_;
    known_.flush(what);
    tlb.flush(what);
    flats.flush(what, forgotten());
    choose_window();
}

} // namespace medley::accel
