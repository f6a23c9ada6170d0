#include "platforms/placement.h"

#include "platforms/trial_host.h"
#include "platforms/values.h"

#include "medley/base/bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace medley::board {

namespace {

constexpr Address kFourGiB = Address{1} << 32;
/// What a 32-bit kernel surely has in its linear map.
constexpr std::uint64_t kLowMemory = std::uint64_t{512} << 20;
/// Firmware and boot loaders add nodes to the tree where it lies.
constexpr std::uint64_t kTreeRoom = std::uint64_t{64} << 10;
/// RAM that is worth aligning in, and what to.
constexpr std::uint64_t kLarge = std::uint64_t{64} << 20;
constexpr std::uint64_t kLargePage = std::uint64_t{2} << 20;

/// Whether addresses of the core have 64 bits.
bool has_64_bits(const CpuDescription& cpu, const Target& target) {
    Log quiet([](Severity, std::string_view, std::string_view) {});
    TrialHost host(quiet);
    const auto core = target.make_core(core_config(cpu), host);
    const auto& layout = core->layout();
    return ir::bits_of(layout[layout.program_counter].type) == 64;
}

} // namespace

ImagePlacer::ImagePlacer(const Description& description, const CpuDescription& head, const CpuRegistry& cpus, GroupBoot& boot,
                         Diagnostics& diagnostics)
    : description_(description), head_(head), cpus_(cpus), target_(*cpus.targets.find(head.target)), boot_(boot),
      diagnostics_(diagnostics), placement_(target_.placement(core_config(head))), is_64_bit_(has_64_bits(head, target_)) {
    const auto ram = description.main_memory(head.bus);
    if (ram.mapping == nullptr)
        return;
    ram_base_ = ram.mapping->base;
    ram_size_ = ram.mapping->size;
    high_ = ram_base_ + std::min(ram_size_, is_64_bit_ ? ram_size_ : kLowMemory);
    if (ram_base_ < kFourGiB)
        high_ = std::min(high_, kFourGiB);
}

std::optional<BootRequest::Image> ImagePlacer::place_firmware(const Image& image, std::optional<Address> address) {
    if (image.kind() == Image::Kind::Elf)
        return place_elf(image);
    const auto usual = head_.firmware_address.value_or(ram_base_ + placement_.firmware_offset);
    return place_flat(image, address.value_or(usual), image.content().size());
}

std::optional<BootRequest::Image> ImagePlacer::place_kernel(const Image& image, std::optional<Address> address) {
    if (image.kind() == Image::Kind::Elf)
        return place_elf(image);
    auto offset = placement_.kernel_offset;
    auto size = static_cast<std::uint64_t>(image.content().size());
    if (image.kind() == Image::Kind::Linux) {
        if (image.header().machine != 0 && image.header().machine != placement_.elf_machine) {
            diagnostics_.error(fmt::format("{}: a Linux Image for another architecture than CPU '{}' ({} {})", image.name(),
                                           head_.group, head_.target, head_.model));
            return std::nullopt;
        }
        offset = image.header().text_offset != 0 ? image.header().text_offset : offset;
        size = std::max(size, image.header().image_size);
    }
    if (!address && offset >= ram_size_) {
        diagnostics_.error(fmt::format("{}: is to lie 0x{:x} bytes behind the start of RAM, of which CPU '{}' has {}", image.name(), offset,
                                       head_.group, format_size(ram_size_)));
        return std::nullopt;
    }
    auto place = address.value_or(ram_base_ + offset);
    if (!address && placement_.kernel_alignment != 0)
        place = align_up(place - image.header().text_offset, placement_.kernel_alignment) + image.header().text_offset;
    return place_flat(image, place, size);
}

std::optional<BootRequest::Image> ImagePlacer::place_program(const Image& image, std::optional<Address> address) {
    if (image.kind() == Image::Kind::Elf) {
        if (!address)
            return place_elf(image);
        diagnostics_.error(fmt::format("{}: an ELF file says itself where it is loaded; leave @0x{:x} away", image.name(), *address));
        return std::nullopt;
    }
    return place_flat(image, address.value_or(ram_base_ + placement_.firmware_offset), image.content().size());
}

std::optional<BootRequest::Image> ImagePlacer::place_initrd(const Image& image, std::optional<Address> address) {
    const auto size = static_cast<std::uint64_t>(image.content().size());
    if (!address && size > high_ - ram_base_) {
        diagnostics_.error(fmt::format("{}: {} bytes do not fit into the RAM of CPU '{}' ({}); -m makes it larger", image.name(),
                                       size, head_.group, format_size(ram_size_)));
        return std::nullopt;
    }
    // The tree comes on top: leave it a place.
    const auto top = high_ - std::min(high_ - ram_base_ - size, ram_size_ >= kLarge ? 2 * kLargePage : kTreeRoom * 2);
    return place_flat(image, address.value_or(align_down(top - size, kPageSize)), size);
}

std::optional<Address> ImagePlacer::place_tree(std::span<const std::byte> tree) {
    const auto room = tree.size() + kTreeRoom;
    if (room > high_ - ram_base_) {
        diagnostics_.error(head_.place, fmt::format("CPU '{}': its RAM ({}) has no place for the device tree", head_.group,
                                                    format_size(ram_size_)));
        return std::nullopt;
    }
    if (head_.tree_address && is_free(*head_.tree_address, room) && in_memory(*head_.tree_address, room))
        return add({*head_.tree_address, tree.size(), tree, "device tree"}) ? head_.tree_address : std::nullopt;
    // Kernels map the tree early with a large page.
    const auto alignment = ram_size_ >= kLarge ? kLargePage : kPageSize;
    const auto address = align_down(high_ - room, alignment);
    if (!add({address, tree.size(), tree, "device tree"}))
        return std::nullopt;
    return address;
}

std::optional<Address> ImagePlacer::offer_tree(std::span<const std::byte> tree) {
    const auto room = tree.size() + kTreeRoom;
    if (ram_size_ < kLarge || room > high_ - ram_base_)
        return std::nullopt;
    return is_free(align_down(high_ - room, kLargePage), room) ? place_tree(tree) : std::nullopt;
}

bool ImagePlacer::is_free(Address address, std::uint64_t size) const {
    return std::none_of(boot_.chunks.begin(), boot_.chunks.end(), [&](const Chunk& chunk) {
        return chunk.address < address + size && address < chunk.address + chunk.size;
    });
}

std::optional<BootRequest::Image> ImagePlacer::place_elf(const Image& image) {
    if (!check_machine(image))
        return std::nullopt;
    const auto& elf = image.elf();
    const auto bias = load_bias(elf);
    BootRequest::Image result{~Address{0}, 0, elf.physical_entry() + bias};
    Address end = 0;
    for (const auto& segment : elf.segments) {
        const auto address = segment.physical + bias;
        if (!add({address, segment.memory_size, segment.data, image.name(), &image}))
            return std::nullopt;
        result.address = std::min(result.address, address);
        end = std::max(end, address + segment.memory_size);
    }
    result.size = end - result.address;
    boot_.symbols.add(elf, bias);
    return result;
}

std::optional<BootRequest::Image> ImagePlacer::place_flat(const Image& image, Address address, std::uint64_t size) {
    if (!add({address, size, image.content(), image.name(), &image}))
        return std::nullopt;
    return BootRequest::Image{address, size, address};
}

bool ImagePlacer::check_machine(const Image& image) const {
    const auto& elf = image.elf();
    if (elf.machine == placement_.elf_machine && elf.is_64_bit == is_64_bit_)
        return true;
    diagnostics_.error(fmt::format("{}: an ELF file for {}, but CPU '{}' executes {} with {} bits ({})", image.name(), machine_of(elf),
                                   head_.group, head_.target, is_64_bit_ ? 64 : 32, head_.model));
    return false;
}

/// By the name of the target that executes it.
std::string ImagePlacer::machine_of(const ElfFile& elf) const {
    std::vector<std::string> names;
    for (const auto& target : cpus_.targets) {
        if (!target->model_for_elf(elf.machine, elf.is_64_bit, elf.flags).empty())
            return fmt::format("{} with {} bits", target->name(), elf.is_64_bit ? 64 : 32);
        names.emplace_back(target->name());
    }
    return fmt::format("machine {}, which no target of this build executes ({})", elf.machine, join(names));
}

/// Position-independent executables that are linked where the CPU has no memory go where firmware goes.
Address ImagePlacer::load_bias(const ElfFile& elf) const {
    Address lowest = ~Address{0};
    for (const auto& segment : elf.segments)
        lowest = std::min(lowest, segment.physical);
    if (!elf.position_independent || in_memory(lowest, 1))
        return 0;
    return ram_base_ + placement_.firmware_offset - lowest;
}

bool ImagePlacer::in_memory(Address address, std::uint64_t size) const {
    return std::any_of(description_.components.begin(), description_.components.end(), [&](const Component& component) {
        if (component.kind != ComponentKind::Memory)
            return false;
        return std::any_of(component.mappings.begin(), component.mappings.end(), [&](const Mapping& mapping) {
            return mapping.bus == head_.bus && address >= mapping.base && size <= mapping.size &&
                   address - mapping.base <= mapping.size - size;
        });
    });
}

bool ImagePlacer::check_fits(const Chunk& chunk) const {
    if (chunk.size == 0 || in_memory(chunk.address, chunk.size))
        return true;
    diagnostics_.error(fmt::format("{}: does not fit: 0x{:x} bytes at 0x{:x} are not within one memory of CPU '{}'{}", chunk.what,
                                   chunk.size, chunk.address, head_.group,
                                   chunk.address >= ram_base_ && chunk.address - ram_base_ < ram_size_
                                       ? fmt::format(" (its RAM has {} at 0x{:x}; -m makes it larger)", format_size(ram_size_), ram_base_)
                                       : ""));
    return false;
}

bool ImagePlacer::add(Chunk chunk) {
    if (!check_fits(chunk))
        return false;
    boot_.chunks.push_back(std::move(chunk));
    return true;
}

void ImagePlacer::check_overlaps() const {
    std::vector<const Chunk*> sorted;
    for (const auto& chunk : boot_.chunks)
        if (chunk.size != 0)
            sorted.push_back(&chunk);
    std::sort(sorted.begin(), sorted.end(), [](const Chunk* a, const Chunk* b) { return a->address < b->address; });
    std::map<const Image*, const Chunk*> furthest; // Of each image so far, what reaches furthest.
    const auto last = [](const Chunk& chunk) { return chunk.address + (chunk.size - 1); };
    for (const auto* chunk : sorted) {
        for (const auto& [image, before] : furthest)
            if (image != chunk->image && last(*before) >= chunk->address)
                diagnostics_.error(fmt::format("{} (0x{:x} bytes at 0x{:x}) overlaps {} (at 0x{:x}) in memory; -m makes RAM larger",
                                               before->what, before->size, before->address, chunk->what, chunk->address));
        auto& reach = furthest[chunk->image];
        if (reach == nullptr || last(*reach) < last(*chunk))
            reach = chunk;
    }
}

} // namespace medley::board
