/// \file
/// Finds places in the memories that a CPU group sees, and holds images to them.
#pragma once

#include "platforms/boot.h"

namespace medley::board {

class ImagePlacer {
public:
    /// The targets among \p cpus give names to machines of images.
    ImagePlacer(const Description& description, const CpuDescription& head, const CpuRegistry& cpus, GroupBoot& boot,
                Diagnostics& diagnostics);

    /// Each adds the image's chunks and symbols; nothing when it is for another machine or does not fit (reported).
    std::optional<BootRequest::Image> place_firmware(const Image& image, std::optional<Address> address);
    std::optional<BootRequest::Image> place_kernel(const Image& image, std::optional<Address> address);
    std::optional<BootRequest::Image> place_program(const Image& image, std::optional<Address> address);
    /// High in RAM, below what a 32-bit pointer reaches.
    std::optional<BootRequest::Image> place_initrd(const Image& image, std::optional<Address> address);
    std::optional<Address> place_tree(std::span<const std::byte> tree);
    /// As place_tree, but only where RAM is large and the place is free; a program of one's own need not expect a tree.
    std::optional<Address> offer_tree(std::span<const std::byte> tree);

    /// Whether one memory holds all of it; reports when not.
    bool check_fits(const Chunk& chunk) const;
    void check_overlaps() const;

    [[nodiscard]] Address ram_base() const { return ram_base_; }
    [[nodiscard]] std::uint64_t ram_size() const { return ram_size_; }

private:
    std::optional<BootRequest::Image> place_elf(const Image& image);
    std::optional<BootRequest::Image> place_flat(const Image& image, Address address, std::uint64_t size);
    bool check_machine(const Image& image) const;
    [[nodiscard]] std::string machine_of(const ElfFile& elf) const;
    [[nodiscard]] Address load_bias(const ElfFile& elf) const;
    [[nodiscard]] bool in_memory(Address address, std::uint64_t size) const;
    [[nodiscard]] bool is_free(Address address, std::uint64_t size) const;
    bool add(Chunk chunk);

    const Description& description_;
    const CpuDescription& head_;
    const CpuRegistry& cpus_;
    const Target& target_;
    GroupBoot& boot_;
    Diagnostics& diagnostics_;
    ImagePlacement placement_;
    bool is_64_bit_ = true;
    Address ram_base_ = 0;
    std::uint64_t ram_size_ = 0;
    Address high_ = 0;   ///< End of the part of RAM that initrd and device tree still may take.
};

} // namespace medley::board
