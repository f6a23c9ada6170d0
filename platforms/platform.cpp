#include "medley/tlm/time.h"
#include "platforms/boot.h"
#include "platforms/check.h"
#include "platforms/device_tree.h"
#include "platforms/listing.h"
#include "platforms/machine.h"
#include "platforms/reader.h"
#include "platforms/run_control.h"
#include "platforms/search.h"
#include "platforms/tracer.h"
#include "platforms/values.h"

#include <fmt/format.h>

#include <algorithm>

namespace medley::board {

class Platform::Impl {
public:
    Impl(const Catalogue& catalogue, SearchPath search) : catalogue_(catalogue), search_(std::move(search)) {}

    void load_text(const std::string& text, const std::string& file) {
        text_ = text;
        file_ = file;
    }
    void load(const std::string& board) {
        const auto path = find_board(board, search_);
        load_text(read_text_file(path), path.string());
    }

    void check() {
        Diagnostics diagnostics;
        description_ = read_board(text_, file_, overrides_, diagnostics);
        if (memory_size_)
            resize_main_memory(description_, *memory_size_, diagnostics);
        if (const auto* fastest = catalogue_.cpus.accelerators.last())
            for (auto& cpu : description_.cpus)
                if (cpu.accelerator.empty())
                    cpu.accelerator = fastest->name();
        checked_ = check_models(description_, catalogue_, diagnostics);
        check_map(description_, checked_, diagnostics);
        check_wires(description_, catalogue_, diagnostics);
        check_back_ends(diagnostics);
        diagnostics.throw_if_any();
        is_checked_ = true;
    }

    void rehearse() {
        check();
        Diagnostics diagnostics;
        const Machine machine(description_, checked_, catalogue_, {}, false, diagnostics);
        diagnostics.throw_if_any();
    }

    void elaborate(bool connect_outside) {
        check();
        Diagnostics diagnostics;
        const TreeMaker make_tree = [this](const CpuDescription& head, const TreeBoot& boot) {
            return make_device_tree(description_, checked_, catalogue_, head, boot);
        };
        auto boots = prepare_boot({description_, catalogue_, boot_, search_, make_tree}, diagnostics);
        diagnostics.throw_if_any();
        for (const auto& boot : boots)
            if (!boot->tree.empty())
                trees_[boot->group] = boot->tree;
        tlm::tlm_global_quantum::instance().set(to_sc_time(description_.quantum));
        machine_ = std::make_unique<Machine>(description_, checked_, catalogue_, std::move(boots), connect_outside, diagnostics);
        diagnostics.throw_if_any();
        run_control_ = std::make_unique<RunControl>("run_control", [this] { machine_->load_images(); });
    }

    void trace(const TraceSelection& selection, std::ostream& out) {
        if (description_.parallel)
            throw UserError("a trace has one order: trace without parallel CPUs");
        for (const auto& built : machine().cpus()) {
            tracers_.push_back(std::make_unique<TextTracer>(built.description->name, *built.cpu,
                                                            machine().symbols_of(built.description->group), out));
            tracers_.back()->attach(selection);
        }
    }

    RunOutcome run(Picoseconds until) {
        auto& control = machine().control();
        if (!control.exit_status())
            start(until);
        if (const auto status = control.exit_status())
            return {RunOutcome::Kind::GuestExit, *status, control.reason()};
        if (until != kNever)
            return {RunOutcome::Kind::TimeLimit, 0, "the time limit is reached"};
        return {RunOutcome::Kind::Starved, 0, "every CPU waits, and nothing can wake one"};
    }

    [[nodiscard]] Machine& machine() const {
        MEDLEY_ASSERT(machine_ != nullptr, "the platform is not elaborated");
        return *machine_;
    }
    [[nodiscard]] const Description& description() const {
        MEDLEY_ASSERT(is_checked_, "the board is not checked");
        return description_;
    }

    [[nodiscard]] std::vector<std::byte> tree(const std::string& group) const {
        const auto* head = description().group_head(group);
        if (head == nullptr && group.empty() && !description().cpus.empty())
            throw BoardErrors({fmt::format("{}: no CPU boots by default; say which: {}", file_, join(description().group_names()))});
        if (head == nullptr && description().cpus.empty())
            throw BoardErrors({fmt::format("{}: the board has no CPU, so there is no device tree", file_)});
        if (head == nullptr)
            throw BoardErrors({fmt::format("{}: there is no CPU '{}'{}", file_, group, suggestion(group, description().group_names()))});
        if (const auto made = trees_.find(head->group); made != trees_.end())
            return made->second;
        return make_device_tree(description_, checked_, catalogue_, *head, {boot_.append.value_or(description_.arguments), {}});
    }

    void add_override(const std::string& key, const std::string& value) { overrides_.push_back({key, value}); }
    void set_memory_size(const std::string& size) { memory_size_ = Setting{"size", size, {"-m " + size, 0, 0}, {}}; }
    void set_boot(BootOptions options) { boot_ = std::move(options); }
    void throttle() { run_control_->throttle(); }

private:
    void check_back_ends(Diagnostics& diagnostics) const {
        for (const auto& component : description_.components) {
            if (!component.chardev)
                continue;
            try {
                periph::check_char_backend(component.chardev->text);
            } catch (const UserError& error) {
                diagnostics.error(component.chardev->place, fmt::format("'{}': chardev: {}", component.name, error.what()));
            }
        }
    }

    /// What SystemC finds wrong while it elaborates (a port that no one bound) comes from the board.
    void start(Picoseconds until) {
        try {
            if (until == kNever)
                sc_core::sc_start();
            // Up to the limit and no further: what is due at the limit itself waits for the next run, else CPUs would begin a quantum there.
            else if (const auto end = to_sc_time(until); end > sc_core::sc_time_stamp())
                sc_core::sc_start(end - sc_core::sc_time_stamp(), sc_core::SC_RUN_TO_TIME);
        } catch (const sc_core::sc_report& report) {
            throw BoardErrors({fmt::format("{}: {}: {}", file_, report.get_msg_type(), report.get_msg())});
        }
    }

    const Catalogue& catalogue_;
    SearchPath search_;
    std::string text_;
    std::string file_;
    std::vector<Override> overrides_;
    std::optional<Setting> memory_size_;
    BootOptions boot_;
    Description description_;
    Checked checked_;
    bool is_checked_ = false;
    std::map<std::string, std::vector<std::byte>> trees_;
    std::unique_ptr<Machine> machine_;
    std::unique_ptr<RunControl> run_control_;
    std::vector<std::unique_ptr<TextTracer>> tracers_;
};

Platform::Platform(const Catalogue& catalogue, SearchPath search)
    : impl_(std::make_unique<Impl>(catalogue, std::move(search))) {}
Platform::~Platform() = default;

void Platform::load(const std::string& board) { impl_->load(board); }
void Platform::load_text(const std::string& text, const std::string& file_name) { impl_->load_text(text, file_name); }
void Platform::override_value(const std::string& key, const std::string& value) { impl_->add_override(key, value); }
void Platform::set_memory_size(const std::string& size) { impl_->set_memory_size(size); }
void Platform::set_boot(BootOptions options) { impl_->set_boot(std::move(options)); }
void Platform::check() { impl_->check(); }
void Platform::rehearse() { impl_->rehearse(); }
void Platform::elaborate(bool connect_outside) { impl_->elaborate(connect_outside); }
void Platform::trace(const TraceSelection& selection, std::ostream& out) { impl_->trace(selection, out); }
void Platform::throttle_to_wall_time() { impl_->throttle(); }
RunOutcome Platform::run(Picoseconds until) { return impl_->run(until); }

std::vector<std::pair<std::string, Cpu*>> Platform::cpus() const {
    std::vector<std::pair<std::string, Cpu*>> result;
    for (const auto& built : impl_->machine().cpus())
        result.emplace_back(built.description->name, built.cpu.get());
    return result;
}

periph::Peripheral* Platform::component(std::string_view name) const {
    for (const auto& built : impl_->machine().components())
        if (built.description->name == name)
            return built.peripheral.get();
    return nullptr;
}

std::uint64_t Platform::instructions() const {
    std::uint64_t sum = 0;
    for (const auto& built : impl_->machine().cpus())
        sum += built.cpu->instructions();
    return sum;
}

std::vector<std::pair<std::string, std::uint64_t>> Platform::statistics() const {
    std::vector<std::pair<std::string, std::uint64_t>> result;
    const auto add = [&](const std::string& name, const std::vector<std::pair<std::string, std::uint64_t>>& values) {
        for (const auto& [key, value] : values)
            result.emplace_back(fmt::format("{}.{}", name, key), value);
    };
    for (const auto& built : impl_->machine().cpus())
        add(built.description->name, built.cpu->statistics());
    for (const auto& built : impl_->machine().components())
        add(built.description->name, built.peripheral->statistics());
    return result;
}

std::vector<std::byte> Platform::device_tree(const std::string& group) const { return impl_->tree(group); }
std::string Platform::memory_map() const { return list_map(impl_->description()); }
std::string Platform::description() const { return describe_board(impl_->description()); }

ImageOption parse_image_option(const std::string& text) {
    ImageOption option;
    option.file = text;
    if (const auto at = text.rfind('@'); at != std::string::npos)
        if (const auto address = parse_number(text.substr(at + 1), ParameterType::Integer)) {
            option.address = *address;
            option.file = text.substr(0, at);
        }
    const auto is_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    const auto colon = option.file.find(':');
    if (colon != std::string::npos && colon != 0 && std::all_of(option.file.begin(), option.file.begin() + static_cast<std::ptrdiff_t>(colon), is_name)) {
        option.group = option.file.substr(0, colon);
        option.file = option.file.substr(colon + 1);
    }
    return option;
}

Picoseconds parse_time(const std::string& text, const std::string& what) {
    const auto time = parse_number(text, ParameterType::Time);
    if (!time)
        throw UserError(fmt::format("{} {}: expected {}", what, text, expectation(ParameterType::Time)));
    return *time;
}

} // namespace medley::board
