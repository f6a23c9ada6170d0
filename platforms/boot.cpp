#include "platforms/boot.h"

#include "platforms/placement.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

namespace {

/// Images of one group, found but not yet placed.
class GroupPlanner {
public:
    GroupPlanner(const BootInput& input, const CpuDescription& head, Diagnostics& diagnostics)
        : input_(input), head_(head), diagnostics_(diagnostics), boot_(std::make_unique<GroupBoot>()) {
        boot_->group = head.group;
        boot_->bus = head.bus;
    }

    std::unique_ptr<GroupBoot> plan() {
        const auto& target = *input_.catalogue.cpus.targets.find(head_.target);
        ImagePlacer placer(input_.description, head_, input_.catalogue.cpus, *boot_, diagnostics_);
        place_all(placer);
        if (!request_.firmware && !request_.kernel && !request_.program) {
            if (diagnostics_.empty() && (head_.reset_address == 0 || resets_into_nothing()))
                diagnostics_.error(head_.place, fmt::format("CPU '{}' has nothing to run: give --kernel, --firmware or --load "
                                                            "{}:FILE", head_.group, head_.group));
        } else {
            add_tree(placer);
        }
        placer.check_overlaps();
        if (diagnostics_.empty())
            make_plans(target, placer);
        boot_->symbols.finish();
        return std::move(boot_);
    }

private:
    [[nodiscard]] std::vector<ImageOption> mine(const std::vector<ImageOption>& options) const {
        std::vector<ImageOption> result;
        for (const auto& option : options)
            if (option.group == head_.group || (option.group.empty() && input_.description.group_head("") == &head_))
                result.push_back(option);
        return result;
    }

    /// Whether the user took the firmware away, and the CPU would find memory without contents, or none. (A device may have code.)
    [[nodiscard]] bool resets_into_nothing() const {
        const auto firmware = mine(input_.options.firmware);
        if (firmware.empty() || firmware.back().file != "none" || !mine(input_.options.load).empty())
            return false;
        for (const auto& component : input_.description.components)
            for (const auto& mapping : component.mappings)
                if (mapping.bus == head_.bus && head_.reset_address - mapping.base < mapping.size)
                    return component.kind == ComponentKind::Memory;
        return true;
    }

    [[nodiscard]] std::uint64_t largest_memory() const {
        std::uint64_t largest = 0;
        for (const auto& component : input_.description.components)
            for (const auto& mapping : component.mappings)
                if (component.kind == ComponentKind::Memory && mapping.bus == head_.bus)
                    largest = std::max(largest, mapping.size);
        return largest;
    }

    const Image* open(const std::string& file) {
        try {
            boot_->images.push_back(std::make_unique<Image>(file, largest_memory()));
            return boot_->images.back().get();
        } catch (const UserError& error) {
            diagnostics_.error(error.what());
            return nullptr;
        }
    }

    /// The board's own image of a kind.
    std::optional<std::string> default_image(const std::vector<Setting>& candidates, const std::string& remedy) {
        for (const auto& candidate : candidates)
            if (auto found = find_image(candidate.text, input_.description.file, input_.search))
                return found;
        if (!candidates.empty()) {
            const auto& first = candidates.front();
            diagnostics_.error(first.place, fmt::format("CPU '{}': {} '{}' is not there{}; give {}", head_.group, first.name,
                                                        first.text, candidates.size() > 1 ? ", nor its alternatives" : "",
                                                        remedy));
        }
        return std::nullopt;
    }

    void place_all(ImagePlacer& placer) {
        const auto firmware = mine(input_.options.firmware);
        const auto kernel = mine(input_.options.kernel);
        const auto loads = mine(input_.options.load);
        place_loads(placer, loads);
        if (!kernel.empty())
            if (const auto* image = open(kernel.back().file))
                request_.kernel = placer.place_kernel(*image, kernel.back().address);
        place_firmware(placer, firmware, !kernel.empty(), loads.empty());
        const auto initrd = mine(input_.options.initrd);
        if (initrd.empty())
            return;
        if (kernel.empty() && firmware.empty() && loads.empty())
            diagnostics_.error(fmt::format("--initrd {}: CPU '{}' has no kernel that could take it; give --kernel", initrd.back().file,
                                           head_.group));
        else
            place_initrd(placer, initrd.back());
    }

    void place_firmware(ImagePlacer& placer, const std::vector<ImageOption>& given, bool has_kernel, bool has_no_load) {
        std::optional<std::string> file;
        std::optional<Address> address;
        if (!given.empty()) {
            if (given.back().file == "none")
                return;
            file = given.back().file;
            address = given.back().address;
        } else if (has_kernel || (has_no_load && !request_.program)) {
            file = default_image(head_.firmware, "--firmware FILE, --firmware none, or --load FILE");
        }
        if (!file)
            return;
        if (const auto* image = open(*file))
            request_.firmware = placer.place_firmware(*image, address);
    }

    /// An ELF, or a raw binary without an address, is the program; it stands in for the board's own. A raw binary with an address
    /// is the program only when there is nothing else to start.
    void place_loads(ImagePlacer& placer, const std::vector<ImageOption>& loads) {
        std::optional<BootRequest::Image> first_raw;
        for (const auto& option : loads) {
            const auto* image = open(option.file);
            if (image == nullptr)
                continue;
            const auto placed = placer.place_program(*image, option.address);
            if (image->kind() == Image::Kind::Elf || !option.address)
                request_.program = request_.program ? request_.program : placed;
            else if (!first_raw)
                first_raw = placed;
        }
        if (!request_.program && !head_.program.empty())
            if (const auto file = default_image(head_.program, fmt::format("--load {}:FILE", head_.group)))
                if (const auto* image = open(*file))
                    request_.program = placer.place_program(*image, std::nullopt);
        if (!request_.program)
            request_.program = first_raw;
    }

    void place_initrd(ImagePlacer& placer, const ImageOption& option) {
        try {
            initrd_ = read_image_file(option.file, false, largest_memory());
            boot_->images.push_back(std::make_unique<Image>(std::move(initrd_), option.file, Image::Kind::Raw));
            request_.initrd = placer.place_initrd(*boot_->images.back(), option.address);
        } catch (const UserError& error) {
            diagnostics_.error(error.what());
        }
    }

    /// Firmware and kernels need a device tree; a program (which may be a boot loader) gets one where there is room.
    void add_tree(ImagePlacer& placer) {
        TreeBoot tree{input_.options.append.value_or(input_.description.arguments), request_.initrd};
        boot_->tree = input_.make_tree(head_, tree);
        const bool needed = request_.firmware || request_.kernel;
        request_.device_tree = needed ? placer.place_tree(boot_->tree) : placer.offer_tree(boot_->tree);
    }

    void make_plans(const Target& target, const ImagePlacer& placer) {
        const auto rom = input_.description.mapped(head_.rom, head_.bus);
        if (rom.mapping != nullptr) {
            request_.rom = rom.mapping->base;
            request_.rom_size = rom.mapping->size;
        }
        request_.ram = placer.ram_base();
        request_.ram_size = placer.ram_size();
        for (const auto& cpu : input_.description.cpus) {
            if (cpu.group != head_.group)
                continue;
            BootPlan plan;
            plan.entry = cpu.reset_address;
            try {
                if (request_.firmware || request_.kernel || request_.program)
                    plan = target.boot(core_config(cpu), request_);
            } catch (const UserError& error) {
                diagnostics_.error(head_.place, fmt::format("CPU '{}': {}", cpu.name, error.what()));
            }
            for (const auto& bytes : plan.memory)
                placer.check_fits({bytes.address, bytes.data.size(), bytes.data, "boot code"});
            boot_->plans.push_back(std::move(plan));
        }
    }

    const BootInput& input_;
    const CpuDescription& head_;
    Diagnostics& diagnostics_;
    std::unique_ptr<GroupBoot> boot_;
    BootRequest request_;
    std::vector<std::byte> initrd_;
};

/// Options for a group that the board does not have, or for none where none boots.
void check_groups(const BootInput& input, Diagnostics& diagnostics) {
    const auto groups = input.description.group_names();
    const auto check = [&](const std::vector<ImageOption>& options, const char* name) {
        for (const auto& option : options) {
            const Place place{fmt::format("{} {}{}{}", name, option.group, option.group.empty() ? "" : ":", option.file), 0, 0};
            if (groups.empty())
                diagnostics.error(place, "the board has no CPU that could run it");
            else if (!option.group.empty() && std::find(groups.begin(), groups.end(), option.group) == groups.end())
                diagnostics.error(place, fmt::format("there is no CPU '{}'{}", option.group, suggestion(option.group, groups)));
            else if (option.group.empty() && input.description.group_head("") == nullptr)
                diagnostics.error(place, fmt::format("say which CPU it is for: {} GROUP:FILE; known: {}", name, join(groups)));
        }
    };
    check(input.options.firmware, "--firmware");
    check(input.options.kernel, "--kernel");
    check(input.options.initrd, "--initrd");
    check(input.options.load, "--load");
}

} // namespace

std::optional<std::string> find_image(const std::string& file, const std::string& board_file, const SearchPath& search) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::path(file).is_absolute())
        return fs::is_regular_file(file, error) ? std::optional(file) : std::nullopt;
    std::vector<fs::path> folders{fs::path(board_file).parent_path()};
    folders.insert(folders.end(), search.images.begin(), search.images.end());
    for (const auto& folder : folders)
        if (const auto path = folder / file; fs::is_regular_file(path, error))
            return path.string();
    return std::nullopt;
}

std::vector<std::unique_ptr<GroupBoot>> prepare_boot(const BootInput& input, Diagnostics& diagnostics) {
    std::vector<std::unique_ptr<GroupBoot>> boots;
    check_groups(input, diagnostics);
    if (!diagnostics.empty())
        return boots; // what is missing then follows from that
    for (const auto& group : input.description.group_names())
        boots.push_back(GroupPlanner(input, *input.description.group_head(group), diagnostics).plan());
    return boots;
}

} // namespace medley::board
