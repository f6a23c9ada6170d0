#include "peripherals/irq/gic/its.h"

#include "peripherals/irq/gic/gicv3.h"
#include "peripherals/irq/gic/local_interrupts.h"

#include <cstring>

namespace medley::periph::gic {

namespace {

constexpr std::uint64_t kValid = std::uint64_t{1} << 63;
constexpr unsigned kDevices = 0, kCollections = 1;                    // GITS_BASER by number,
constexpr std::uint64_t kDeviceType = 1, kCollectionType = 4;         // and their types.
constexpr std::uint64_t kQueueEntry = 32, kQueuePage = 4096;
constexpr Address kQueueAddress = low_mask(52) & ~low_mask(12);
constexpr unsigned kEventBits = 16, kCollectionBits = 16, kEntrySize = 8;

/// Cells of commands (IHI 0069H 5.3).
std::uint32_t device_of(const std::array<std::uint64_t, 4>& command) { return static_cast<std::uint32_t>(command[0] >> 32); }
std::uint32_t event_of(const std::array<std::uint64_t, 4>& command) { return static_cast<std::uint32_t>(command[1]); }
std::uint32_t collection_of(const std::array<std::uint64_t, 4>& command) { return static_cast<std::uint32_t>(bits(command[2], 0, 16)); }
std::uint64_t target_of(std::uint64_t cell) { return bits(cell, 16, 35); }

} // namespace

/// IHI 0069H, tables 12-30 and 12-31.
struct Its::Map {
    using I = Its;
    static constexpr RegisterShape kWide{.size = 8};
    static constexpr std::array rows{
        //      offset   name              reset write on read               on write
        Reg<I>{0x00000, "GITS_CTLR",       0, command(1), &I::read_control, &I::write_control, "bit 0 enables, bit 31: quiescent"},
        Reg<I>{0x00004, "GITS_IIDR",       0x0000043b, kReadOnly, nullptr, nullptr, "implementer and revision"},
        Reg<I>{0x00008, "GITS_TYPER",      0, kReadOnly, &I::read_type, nullptr, "what is there", kWide},
        Reg<I>{0x00080, "GITS_CBASER",     0, kValid | 0x3fff'ffff'ffff'fcff, nullptr, &I::write_queue, "the command queue", kWide},
        Reg<I>{0x00088, "GITS_CWRITER",    0, 0xfffe0, nullptr, &I::write_queue_end, "end of what is in the queue", kWide},
        Reg<I>{0x00090, "GITS_CREADR",     0, kReadOnly, nullptr, nullptr, "what has been executed", kWide},
        Reg<I>{0x00100, "GITS_BASER",      0, command(), nullptr, &I::write_table, "device table, collection table", {.size = 8, .count = 2}},
        Reg<I>{0x0ffe8, "GITS_PIDR2",      0x3b, kReadOnly, nullptr, nullptr, "architecture version 3"},
        Reg<I>{0x10040, "GITS_TRANSLATER", 0, write_only(), nullptr, &I::translate, "a device's message"},
    };
    static_assert(well_formed(rows));
    static constexpr auto kQueue = row_of(rows, "GITS_CBASER");
    static constexpr auto kWriter = row_of(rows, "GITS_CWRITER");
    static constexpr auto kReader = row_of(rows, "GITS_CREADR");
    static constexpr auto kTable = row_of(rows, "GITS_BASER");
};

Its::Its(Gicv3& controller)
    : controller_(controller), registers_("its", *this, Map::rows, {.sizes = kHalfwords | kWords | kDoublewords, .holes = Holes::ReadZero, .span = kSpan}) {}

void Its::reset() {
    registers_.reset();
    enabled_ = false;
    for (const auto number : {kDevices, kCollections})
        write_table(number, 0);
}

/// Quiescent whenever it is disabled: commands are executed at once.
std::uint64_t Its::read_control() const { return enabled_ ? 1 : std::uint64_t{1} << 31; }

void Its::write_control(std::uint64_t value) {
    enabled_ = value != 0;
    process();
}

/// Physical LPIs, size of translation entries, bits of EventIDs, DeviceIDs and collections.
std::uint64_t Its::read_type() const {
    return 1 | (kEntrySize - 1) << 4 | (kEventBits - 1) << 8 | std::uint64_t{15} << 13 | std::uint64_t{kCollectionBits - 1} << 32 |
           std::uint64_t{1} << 36;
}

/// A new queue begins at its first command (IHI 0069H 12.19.2).
void Its::write_queue(std::uint64_t) { registers_.value(Map::kReader) = registers_.value(Map::kWriter) = 0; }

void Its::write_queue_end(std::uint64_t) { process(); }

/// Type and entry size are fixed, and tables are flat.
void Its::write_table(unsigned number, std::uint64_t value) {
    constexpr std::uint64_t kFixed = std::uint64_t{7} << 56 | std::uint64_t{31} << 48 | std::uint64_t{1} << 62;
    registers_.value(Map::kTable, number) =
        (value & ~kFixed) | (number == kDevices ? kDeviceType : kCollectionType) << 56 | std::uint64_t{kEntrySize - 1} << 48;
}

void Its::translate(std::uint64_t value) {
    if (enabled_)
        set_pending(registers_.initiator().value_or(0), static_cast<std::uint32_t>(value), true);
    controller_.update();
}

/// Executes what lies between the reader and the writer, in a ring of as many pages as CBASER says. A queue that lies on this device's own
/// registers gets nowhere.
void Its::process() {
    const auto queue = registers_.value(Map::kQueue);
    if (!enabled_ || (queue & kValid) == 0 || busy_)
        return;
    busy_ = true;
    const auto size = (bits(queue, 0, 8) + 1) * kQueuePage;
    const auto end = registers_.value(Map::kWriter);
    auto& reader = registers_.value(Map::kReader);
    while (end < size && reader != end) {
        Command command{};
        std::array<unsigned char, kQueueEntry> bytes{};
        if (!controller_.read_memory((queue & kQueueAddress) + reader, bytes))
            break;
        std::memcpy(command.data(), bytes.data(), bytes.size());
        execute(command);
        reader = (reader + kQueueEntry) % size;
    }
    busy_ = false;
    controller_.update();
}

void Its::execute(const Command& command) {
    switch (bits(command[0], 0, 8)) {
    case 0x01: move_event(command); break;
    case 0x03: set_pending(device_of(command), event_of(command), true); break;
    case 0x04: set_pending(device_of(command), event_of(command), false); break;
    case 0x08: map_device(command); break;
    case 0x09: map_collection(command); break;
    case 0x0a: map_event(command, static_cast<std::uint32_t>(command[1] >> 32)); break;
    case 0x0b: map_event(command, event_of(command)); break;
    case 0x0c: invalidate(command); break;
    case 0x0d: invalidate_collection(collection_of(command)); break;
    case 0x0e: move_all(command); break;
    case 0x0f: discard(command); break;
    default: break; // SYNC (0x05): everything has its effect at once.
    }
}

/// MAPD. An entry holds bit 63 valid, bits 60 to 56 the number of event bits less one, bits 51 to 8 the translation table's address.
void Its::map_device(const Command& command) {
    const auto entry = place(kDevices, device_of(command));
    const auto event_bits = bits(command[1], 0, 5);
    const bool valid = bit(command[2], 63); // Without it nothing else counts.
    if (entry && (!valid || event_bits < kEventBits))
        write_entry(*entry, valid ? kValid | event_bits << 56 | (command[2] & low_mask(52) & ~low_mask(8)) : 0);
}

/// MAPC. Bit 63 valid, below it the number of the redistributor.
void Its::map_collection(const Command& command) {
    const auto entry = place(kCollections, collection_of(command));
    const auto target = target_of(command[2]);
    if (entry && (!bit(command[2], 63) || target < controller_.cpu_count()))
        write_entry(*entry, bit(command[2], 63) ? kValid | target : 0);
}

/// MAPTI and MAPI. Bit 63 valid, bits 47 to 32 the collection, bits 31 to 0 the LPI.
void Its::map_event(const Command& command, std::uint32_t id) {
    const auto entry = find_entry(device_of(command), event_of(command));
    if (entry && id >= Gicv3::kFirstLpi && id < std::uint32_t{1} << Gicv3::kIdBits)
        write_entry(*entry, kValid | std::uint64_t{collection_of(command)} << 32 | id);
}

/// MOVI: what is pending goes along.
void Its::move_event(const Command& command) {
    const auto translation = find(device_of(command), event_of(command));
    const auto to = find_target(collection_of(command));
    if (!translation || !to)
        return;
    write_entry(translation->entry, kValid | std::uint64_t{collection_of(command)} << 32 | translation->id);
    const auto from = find_target(translation->collection);
    if (!from || !controller_.cpu(*from).lpis().pending(translation->id))
        return;
    controller_.cpu(*from).lpis().set_pending(translation->id, false);
    controller_.cpu(*to).lpis().set_pending(translation->id, true);
}

void Its::move_all(const Command& command) {
    const auto from = target_of(command[2]);
    const auto to = target_of(command[3]);
    if (from < controller_.cpu_count() && to < controller_.cpu_count())
        controller_.cpu(static_cast<unsigned>(from)).lpis().move_all(controller_.cpu(static_cast<unsigned>(to)).lpis());
}

void Its::discard(const Command& command) {
    const auto translation = find(device_of(command), event_of(command));
    if (!translation)
        return;
    set_pending(device_of(command), event_of(command), false);
    write_entry(translation->entry, 0);
}

void Its::set_pending(std::uint32_t device, std::uint32_t event, bool pending) {
    const auto translation = find(device, event);
    const auto target = translation ? find_target(translation->collection) : std::nullopt;
    if (target)
        controller_.cpu(*target).lpis().set_pending(translation->id, pending);
}

void Its::invalidate(const Command& command) {
    const auto translation = find(device_of(command), event_of(command));
    const auto target = translation ? find_target(translation->collection) : std::nullopt;
    if (target)
        controller_.cpu(*target).lpis().invalidate(translation->id);
}

void Its::invalidate_collection(std::uint32_t collection) {
    if (const auto target = find_target(collection))
        controller_.cpu(*target).lpis().invalidate_all();
}

std::optional<std::uint64_t> Its::read_entry(Address address) const {
    std::array<unsigned char, kEntrySize> bytes{};
    if (!controller_.read_memory(address, bytes))
        return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return (value & kValid) != 0 ? std::optional(value) : std::nullopt;
}

void Its::write_entry(Address address, std::uint64_t value) {
    std::array<unsigned char, kEntrySize> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    static_cast<void>(controller_.write_memory(address, bytes));
}

std::optional<Address> Its::place(unsigned table, std::uint32_t index) const {
    static constexpr std::uint64_t kPages[] = {4096, 16384, 65536, 65536};
    const auto base = registers_.value(Map::kTable, table);
    const auto page = kPages[bits(base, 8, 2)];
    if ((base & kValid) == 0 || index >= (bits(base, 0, 8) + 1) * page / kEntrySize)
        return std::nullopt;
    // With pages of 64 KiB, address bits 51 to 48 are in bits 15 to 12 (IHI 0069H 12.19.1).
    const auto address = page == 65536 ? (base & low_mask(48) & ~low_mask(16)) | bits(base, 12, 4) << 48 : base & low_mask(48) & ~(page - 1);
    return address + std::uint64_t{index} * kEntrySize;
}

std::optional<Its::Device> Its::find_device(std::uint32_t device) const {
    const auto where = place(kDevices, device);
    const auto entry = where ? read_entry(*where) : std::nullopt;
    if (!entry)
        return std::nullopt;
    return Device{*entry & low_mask(52) & ~low_mask(8), static_cast<unsigned>(bits(*entry, 56, 5)) + 1};
}

std::optional<Address> Its::find_entry(std::uint32_t device, std::uint32_t event) const {
    const auto found = find_device(device);
    if (!found || event >= std::uint64_t{1} << found->event_bits)
        return std::nullopt;
    return found->table + std::uint64_t{event} * kEntrySize;
}

std::optional<Its::Translation> Its::find(std::uint32_t device, std::uint32_t event) const {
    const auto where = find_entry(device, event);
    const auto entry = where ? read_entry(*where) : std::nullopt;
    if (!entry)
        return std::nullopt;
    return Translation{*where, static_cast<std::uint32_t>(*entry), static_cast<std::uint32_t>(bits(*entry, 32, 16))};
}

std::optional<unsigned> Its::find_target(std::uint32_t collection) const {
    const auto where = place(kCollections, collection);
    const auto entry = where ? read_entry(*where) : std::nullopt;
    if (!entry || (*entry & ~kValid) >= controller_.cpu_count())
        return std::nullopt;
    return static_cast<unsigned>(*entry & ~kValid);
}

} // namespace medley::periph::gic
