#include "sc_main/commands.h"

#include "medley/tlm/cpu.h"
#include "platforms/diagnostics.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

namespace medley::command {

namespace {

namespace fs = std::filesystem;

/// The status of a run in which every CPU waits for something that cannot come.
constexpr int kStarved = 1;

std::vector<fs::path> from_environment(const char* name) {
    std::vector<fs::path> paths;
    const char* value = std::getenv(name);
    std::istringstream stream(value == nullptr ? "" : value);
    for (std::string part; std::getline(stream, part, ':');)
        if (!part.empty())
            paths.emplace_back(part);
    return paths;
}

/// The environment first; then the source and build trees for a command that was not installed, else its `share` folder.
board::SearchPath search_path() {
    board::SearchPath search{from_environment("MEDLEY_BOARD_PATH"), from_environment("MEDLEY_IMAGE_PATH")};
    std::error_code error;
    const auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    if (fs::equivalent(folder, MEDLEY_BUILD_DIR, error)) {
        search.boards.push_back(fs::path(MEDLEY_SOURCE_DIR) / "platforms/boards");
        search.images.push_back(folder);
    } else {
        search.boards.push_back(folder.parent_path() / MEDLEY_SHARE_DIR / "boards");
        search.images.push_back(folder.parent_path() / MEDLEY_SHARE_DIR);
    }
    // Where tools/fetch-guest-packages puts what it fetches.
    if (const auto caches = from_environment("XDG_CACHE_HOME"); !caches.empty())
        search.images.push_back(caches.front() / "medley/guests");
    else if (const auto homes = from_environment("HOME"); !homes.empty())
        search.images.push_back(homes.front() / ".cache/medley/guests");
    return search;
}

std::vector<board::ImageOption> images(const std::vector<std::string>& texts) {
    std::vector<board::ImageOption> options;
    for (const auto& text : texts)
        options.push_back(board::parse_image_option(text));
    return options;
}

void prepare(board::Platform& platform, const Arguments& arguments) {
    platform.load(arguments.subject);
    for (const auto& setting : arguments.settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            throw UserError(fmt::format("-s {}: expected KEY=VALUE", setting));
        platform.override_value(setting.substr(0, equals), setting.substr(equals + 1));
    }
    if (!arguments.quantum.empty()) {
        static_cast<void>(board::parse_time(arguments.quantum, "--quantum"));
        platform.override_value("quantum", arguments.quantum);
    }
    if (arguments.parallel)
        platform.override_value("parallel", "true");
    if (!arguments.memory_size.empty())
        platform.set_memory_size(arguments.memory_size);
    platform.set_boot({images(arguments.firmware), images(arguments.kernel), images(arguments.initrd), images(arguments.load),
                       arguments.append});
}

void print_statistics(const board::Platform& platform, double wall, double host) {
    const auto instructions = platform.instructions();
    fmt::print(std::cerr, "instructions: {}\n", instructions);
    for (const auto& [name, cpu] : platform.cpus())
        fmt::print(std::cerr, "{}.instructions: {}\n", name, cpu->instructions());
    // A guest that ends the simulation does so in the middle of a quantum, ahead of SystemC's time.
    double simulated = sc_core::sc_time_stamp().to_seconds();
    for (const auto& [name, cpu] : platform.cpus())
        simulated = std::max(simulated, static_cast<double>(cpu->local_time()) * 1e-12);
    fmt::print(std::cerr, "simulated_seconds: {:.9f}\n", simulated);
    fmt::print(std::cerr, "wall_seconds: {:.3f}\nhost_cpu_seconds: {:.3f}\n", wall, host);
    fmt::print(std::cerr, "mips: {:.1f}\n", wall > 0 ? static_cast<double>(instructions) / wall / 1e6 : 0.0);
    for (const auto& [name, value] : platform.statistics())
        if (!name.ends_with(".instructions"))
            fmt::print(std::cerr, "{}: {}\n", name, value);
}

/// Every slot of every CPU, by the target's names.
void print_registers(const board::Platform& platform) {
    for (const auto& [name, cpu] : platform.cpus())
        for (const auto& slot : cpu->core().layout().slots())
            fmt::print(std::cerr, "{}.{}: {:#x}\n", name, slot.name, cpu->read_register(slot.name));
}

board::TraceSelection selection_of(const std::vector<std::string>& names) {
    const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    return {has("insn"), has("irq"), has("exception"), has("mem")};
}

int status_of(const board::RunOutcome& outcome) {
    switch (outcome.kind) {
    case board::RunOutcome::Kind::GuestExit: return outcome.status;
    case board::RunOutcome::Kind::TimeLimit: return EXIT_SUCCESS;
    case board::RunOutcome::Kind::Starved: break;
    }
    fmt::print(std::cerr, "medley: {}\n", outcome.reason);
    return kStarved;
}

int run(const Arguments& arguments, const board::Catalogue& catalogue) {
    const auto until = arguments.until.empty() ? kNever : board::parse_time(arguments.until, "--until");
    std::ofstream trace_file;
    board::Platform platform(catalogue, search_path());
    prepare(platform, arguments);
    if (!arguments.trace_file.empty()) {
        trace_file.open(arguments.trace_file);
        if (!trace_file)
            throw UserError(arguments.trace_file + ": cannot be written");
    }
    platform.elaborate();
    if (!arguments.trace.empty())
        platform.trace(selection_of(arguments.trace), trace_file.is_open() ? static_cast<std::ostream&>(trace_file) : std::cerr);
    if (arguments.realtime)
        platform.throttle_to_wall_time();
    const auto wall = std::chrono::steady_clock::now();
    const auto host = std::clock();
    const auto outcome = platform.run(until);
    if (trace_file.is_open() && !trace_file.flush())
        throw UserError(arguments.trace_file + ": cannot be written (is the disk full?)");
    if (arguments.stats)
        print_statistics(platform, std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(),
                         static_cast<double>(std::clock() - host) / CLOCKS_PER_SEC);
    if (arguments.registers)
        print_registers(platform);
    return status_of(outcome);
}

void list(const Arguments& arguments, const board::Catalogue& catalogue) {
    const auto line = [](std::string_view name, std::string_view description) {
        fmt::print(std::cout, "{:<20} {}\n", name, description);
    };
    if (arguments.subject == "targets")
        for (const auto& target : catalogue.cpus.targets)
            line(target->name(), target->description());
    else if (arguments.subject == "accelerators")
        for (const auto& accelerator : catalogue.cpus.accelerators)
            line(accelerator->name(), accelerator->description());
    else if (arguments.subject == "peripherals")
        for (const auto& kind : catalogue.peripherals.kinds())
            line(kind.name, kind.description);
    else
        for (const auto& [name, description] : board::list_boards(search_path()))
            line(name, description);
}

/// Names of all that `medley describe` knows.
std::vector<std::string> describable(const board::Catalogue& catalogue) {
    std::vector<std::string> names;
    for (const auto& target : catalogue.cpus.targets)
        names.emplace_back(target->name());
    for (const auto& accelerator : catalogue.cpus.accelerators)
        names.emplace_back(accelerator->name());
    for (const auto& kind : catalogue.peripherals.kinds())
        names.push_back(kind.name);
    for (const auto& [name, description] : board::list_boards(search_path()))
        names.push_back(name);
    return names;
}

void describe(const Arguments& arguments, const board::Catalogue& catalogue) {
    if (const auto text = board::describe(catalogue, arguments.subject); !text.empty()) {
        std::cout << text;
        return;
    }
    board::Platform platform(catalogue, search_path());
    try {
        platform.load(arguments.subject);
    } catch (const board::BoardErrors&) {
        throw; // It is a board, with mistakes.
    } catch (const UserError&) {
        throw UserError(fmt::format("nothing is called '{}'{} (medley list targets, accelerators, peripherals or boards shows what there is)",
                                    arguments.subject, board::near_miss(arguments.subject, describable(catalogue))));
    }
    platform.check();
    std::cout << platform.description();
}

void write_tree(const Arguments& arguments, const board::Catalogue& catalogue) {
    board::Platform platform(catalogue, search_path());
    prepare(platform, arguments);
    platform.check();
    const auto tree = platform.device_tree(arguments.group);
    const auto* bytes = reinterpret_cast<const char*>(tree.data());
    if (arguments.output.empty()) {
        std::cout.write(bytes, static_cast<std::streamsize>(tree.size()));
        return;
    }
    std::ofstream file(arguments.output, std::ios::binary);
    file.write(bytes, static_cast<std::streamsize>(tree.size()));
    if (!file.flush())
        throw UserError(arguments.output + ": cannot be written");
}

/// Everything that a run would do before simulated time starts, but images and the outside world.
void check(const Arguments& arguments, const board::Catalogue& catalogue) {
    board::Platform platform(catalogue, search_path());
    prepare(platform, arguments);
    platform.rehearse();
    fmt::print(std::cout, "{}: ok\n", arguments.subject);
}

void map(const Arguments& arguments, const board::Catalogue& catalogue) {
    board::Platform platform(catalogue, search_path());
    prepare(platform, arguments);
    platform.check();
    std::cout << platform.memory_map();
}

} // namespace

int execute(const Arguments& arguments, const board::Catalogue& catalogue) {
    switch (arguments.verb) {
    case Arguments::Verb::Run: return run(arguments, catalogue);
    case Arguments::Verb::List: list(arguments, catalogue); break;
    case Arguments::Verb::Describe: describe(arguments, catalogue); break;
    case Arguments::Verb::Check: check(arguments, catalogue); break;
    case Arguments::Verb::Tree: write_tree(arguments, catalogue); break;
    case Arguments::Verb::Map: map(arguments, catalogue); break;
    case Arguments::Verb::Disassemble: board::disassemble(catalogue, arguments.subject, std::cout); break;
    case Arguments::Verb::None: break;
    }
    if (!std::cout.flush())
        throw UserError("the output cannot be written");
    return EXIT_SUCCESS;
}

} // namespace medley::command
