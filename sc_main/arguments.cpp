#include "sc_main/arguments.h"

#include "platforms/diagnostics.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace medley::command {

namespace {

constexpr int kUserError = 2;

void add_board(CLI::App& app, Arguments& arguments) {
    app.add_option("BOARD", arguments.subject, "Name of a board (medley list boards), or path of its file")->required()->type_name(" ");
    app.add_option("-s,--set", arguments.settings, "A parameter of the board, or a value such as cpus.0.accel, "
                                                   "cpus.*.cpi or devices.uart0.chardev; may be repeated")
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    app.add_option("-m,--memory", arguments.memory_size, "Size of the main memory: 512M, 1G")->type_name("SIZE");
    app.add_option("--quantum", arguments.quantum, "How far CPUs run ahead of simulated time: 1ms, 10us")->type_name("TIME");
}

void add_run(CLI::App& app, Arguments& arguments) {
    auto* run = app.add_subcommand("run", "Run a board; the exit status is the guest's")->callback([&] {
        arguments.verb = Arguments::Verb::Run;
    });
    add_board(*run, arguments);
    const auto* file = "[CPU:]FILE";
    run->add_option("--kernel", arguments.kernel, "Kernel: Linux Image, ELF or raw, perhaps gzip; CPU: for which group of CPUs")->allow_extra_args(false)->type_name(file);
    run->add_option("--initrd", arguments.initrd, "Initial RAM disk")->allow_extra_args(false)->type_name(file);
    run->add_option("--append", arguments.append, "Kernel command line")->type_name("TEXT");
    run->add_option("--firmware", arguments.firmware, "Firmware in place of the board's; none: no firmware")->allow_extra_args(false)->type_name(file);
    run->add_option("--load", arguments.load, "An ELF program, or a raw binary; may be repeated")
        ->allow_extra_args(false)
        ->type_name("[CPU:]FILE[@ADDRESS]");
    run->add_option("--until", arguments.until, "End at this simulated time (5s, 100ms), with status 0")->type_name("TIME");
    run->add_flag("--stats", arguments.stats, "Print counts and speed to stderr at the end");
    run->add_flag("--registers", arguments.registers, "Print every CPU's registers to stderr at the end");
    run->add_flag("--parallel", arguments.parallel, "CPUs execute at the same time, each on a thread of its own: faster, but not the same from run to run");
    run->add_flag("--realtime", arguments.realtime, "Keep simulated time from running ahead of wall time");
    run->add_option("--trace", arguments.trace, "What to trace, with commas between: insn, irq, exception, mem")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"insn", "irq", "exception", "mem"}).description(""))
        ->type_name("KIND,...");
    run->add_option("--trace-file", arguments.trace_file, "Where the trace goes; stderr by default")->type_name("FILE");
}

void add_others(CLI::App& app, Arguments& arguments) {
    auto* list = app.add_subcommand("list", "List what there is")->callback([&] { arguments.verb = Arguments::Verb::List; });
    list->add_option("WHAT", arguments.subject, "targets, accelerators, peripherals or boards")
        ->required()
        ->check(CLI::IsMember({"targets", "accelerators", "peripherals", "boards"}).description(""))
        ->type_name(" ");

    auto* describe = app.add_subcommand("describe", "Describe a target, accelerator, peripheral or board")->callback([&] {
        arguments.verb = Arguments::Verb::Describe;
    });
    describe->add_option("NAME", arguments.subject, "A name that medley list shows, or the path of a board")->required()->type_name(" ");

    auto* check = app.add_subcommand("check", "Check a board without running it")->callback([&] {
        arguments.verb = Arguments::Verb::Check;
    });
    add_board(*check, arguments);

    auto* tree = app.add_subcommand("dtb", "Write the device tree that the guest gets")->callback([&] {
        arguments.verb = Arguments::Verb::Tree;
    });
    add_board(*tree, arguments);
    tree->add_option("-o,--output", arguments.output, "Where the tree goes; standard output by default")->type_name("FILE");
    tree->add_option("--cpu", arguments.group, "Group of CPUs whose view it is; the one that boots by default")->type_name("GROUP");
    tree->add_option("--append", arguments.append, "Kernel command line");

    auto* map = app.add_subcommand("map", "Print a board's memory map")->callback([&] { arguments.verb = Arguments::Verb::Map; });
    add_board(*map, arguments);

    auto* disassemble = app.add_subcommand("disas", "Disassemble an ELF file")->callback([&] {
        arguments.verb = Arguments::Verb::Disassemble;
    });
    disassemble->add_option("FILE", arguments.subject, "For any target, and for other machines that Capstone knows")->required()->type_name(" ");
}

/// Of a mistyped name, CLI11 says only that something is required or was not expected.
std::string complaint(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
    const auto is_option = [](const std::string& word) { return word.starts_with('-'); };
    std::vector<std::string> known;
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) {
        if (words.empty() || is_option(words.front()))
            return error.what();
        for (const auto* one : app.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(one->get_name());
        return fmt::format("no such subcommand '{}'{}", words.front(), board::suggestion(words.front(), known));
    }
    const auto unexpected = app.remaining(true);
    const auto wrong = std::ranges::find_if(words, [&](const std::string& word) {
        return is_option(word) && std::ranges::find(unexpected, word) != unexpected.end();
    });
    if (wrong == words.end())
        return error.what();
    for (const auto* option : chosen.front()->get_options())
        for (const auto& name : option->get_lnames())
            known.push_back("--" + name);
    const auto name = wrong->substr(0, wrong->find('='));
    return fmt::format("no such option '{}'{}", name, board::suggestion(name, known));
}

} // namespace

std::optional<Arguments> parse(int argc, char** argv, int& status) {
    Arguments arguments;
    CLI::App app("Medley: a virtual platform for CPUs of any mix of instruction sets", "medley");
    app.set_version_flag("--version", std::string("medley ") + MEDLEY_VERSION);
    app.require_subcommand(1);
    add_run(app, arguments);
    add_others(app, arguments);
    // Last, for subcommands inherit it.
    app.footer("medley SUBCOMMAND --help lists a subcommand's options. Example:\n"
               "  medley run virt-riscv64 --load hello.elf --stats\n"
               "Ctrl-A X at the console ends a run.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        status = app.exit(asked);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        std::cerr << "medley: " << complaint(app, {argv + 1, argv + argc}, error) << " (medley --help shows the usage)\n";
        status = kUserError;
        return std::nullopt;
    }
    return arguments;
}

} // namespace medley::command
