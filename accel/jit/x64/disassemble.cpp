#include "accel/jit/x64/disassemble.h"

#include <capstone/capstone.h>
#include <cstdint>
#include <fmt/format.h>

namespace medley::accel::jit::x64 {

std::string disassemble(std::span<const std::byte> code) {
    csh handle = 0;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
        return "(no disassembler)\n";
    std::string text;
    cs_insn* list = nullptr;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(code.data());
    const auto count = cs_disasm(handle, bytes, code.size(), reinterpret_cast<std::uintptr_t>(bytes), 0, &list);
    for (std::size_t i = 0; i < count; ++i)
        text += fmt::format("  {:x}  {} {}\n", list[i].address, list[i].mnemonic, list[i].op_str);
    cs_free(list, count);
    cs_close(&handle);
    return text;
}

} // namespace medley::accel::jit::x64
