#include "platforms/image/image.h"
#include "platforms/image/symbols.h"
#include "platforms/trial_host.h"

#include "medley/board/board.h"

#include <capstone/capstone.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <functional>
#include <ostream>

namespace medley::board {

namespace {

/// Text and length of the instruction at an address; length 0: there is none.
struct Printer {
    std::function<std::string(Address, std::span<const std::byte>, unsigned&)> print;
    bool bytewise = false;   ///< Instructions are strings of bytes, not words.
};

Printer target_printer(const Catalogue& catalogue, const ElfFile& elf, TrialHost& host) {
    for (const auto& target : catalogue.cpus.targets) {
        const auto model = target->model_for_elf(elf.machine, elf.is_64_bit, elf.flags);
        if (model.empty())
            continue;
        CoreConfig config;
        config.model = model;
        const std::shared_ptr<TargetCore> core = target->make_core(config, host);
        return {[core](Address address, std::span<const std::byte> code, unsigned& length) {
            return core->disassemble(address, code, length);
        }};
    }
    return {};
}

/// The machines of the ELF specification that Debian's Capstone knows and that have one instruction format.
struct CapstoneRow {
    std::uint16_t machine;
    cs_arch arch;
    cs_mode mode_32;
    cs_mode mode_64;
};
constexpr CapstoneRow kCapstoneRows[] = {
    {3, CS_ARCH_X86, CS_MODE_32, CS_MODE_32},         {62, CS_ARCH_X86, CS_MODE_64, CS_MODE_64},
    {8, CS_ARCH_MIPS, CS_MODE_MIPS32, CS_MODE_MIPS64}, {40, CS_ARCH_ARM, CS_MODE_ARM, CS_MODE_ARM},
    {183, CS_ARCH_ARM64, CS_MODE_ARM, CS_MODE_ARM},
};

Printer capstone_printer(const ElfFile& elf) {
    const auto* row = std::find_if(std::begin(kCapstoneRows), std::end(kCapstoneRows),
                                   [&](const CapstoneRow& r) { return r.machine == elf.machine; });
    if (row == std::end(kCapstoneRows))
        return {};
    csh handle = 0;
    if (cs_open(row->arch, elf.is_64_bit ? row->mode_64 : row->mode_32, &handle) != CS_ERR_OK)
        return {};
    const std::shared_ptr<csh> owner(new csh(handle), [](csh* h) {
        cs_close(h);
        delete h;
    });
    const auto print = [owner](Address address, std::span<const std::byte> code, unsigned& length) -> std::string {
        cs_insn* instruction = nullptr;
        length = 0;
        if (cs_disasm(*owner, reinterpret_cast<const std::uint8_t*>(code.data()), code.size(), address, 1, &instruction) != 1)
            return "";
        length = instruction->size;
        std::string text = instruction->mnemonic;
        if (instruction->op_str[0] != '\0')
            text += fmt::format("\t{}", instruction->op_str);
        cs_free(instruction, 1);
        return text;
    };
    return {print, row->arch == CS_ARCH_X86};
}

void print_segment(const ElfSegment& segment, const Symbols& symbols, const Printer& printer, std::ostream& out) {
    std::size_t offset = 0;
    while (offset < segment.data.size()) {
        const auto address = segment.virtual_address + offset;
        if (const auto symbol = symbols.describe(address); !symbol.empty() && symbol.find('+') == std::string::npos)
            fmt::print(out, "\n{:016x} <{}>:\n", address, symbol);
        const auto code = segment.data.subspan(offset, std::min<std::size_t>(16, segment.data.size() - offset));
        unsigned length = 0;
        auto text = printer.print(address, code, length);
        if (length == 0 || length > code.size()) {
            length = static_cast<unsigned>(std::min<std::size_t>(2, code.size()));
            text = "(no instruction)";
        }
        std::string bytes;
        for (unsigned i = 0; i < length; ++i)
            bytes += fmt::format("{:02x}", std::to_integer<unsigned>(code[printer.bytewise ? i : length - 1 - i]));
        fmt::print(out, "{:8x}:  {:<{}}  {}\n", address, bytes, printer.bytewise ? 22 : 16, text);
        offset += length;
    }
}

} // namespace

void disassemble(const Catalogue& catalogue, const std::string& file, std::ostream& out) {
    const Image image(file);
    if (image.kind() != Image::Kind::Elf)
        throw UserError(file + ": not an ELF file");
    const auto& elf = image.elf();
    Log quiet([](Severity, std::string_view, std::string_view) {});
    TrialHost host(quiet);
    auto printer = target_printer(catalogue, elf, host);
    if (!printer.print)
        printer = capstone_printer(elf);
    if (!printer.print)
        throw UserError(fmt::format("{}: nothing here knows the instructions of ELF machine {}", file, elf.machine));
    Symbols symbols;
    symbols.add(elf, 0);
    symbols.finish();
    for (const auto& segment : elf.segments)
        if (segment.executable)
            print_segment(segment, symbols, printer, out);
}

} // namespace medley::board
