/// \file
/// What Medley's memories say about a DMI grant beyond tlm_dmi. A requester attaches it to the payload of
/// get_direct_mem_ptr; a memory that knows it fills it in; others leave it empty.
#pragma once

#include "medley/base/code_watch.h"

#include <cstdint>
#include <tlm>

namespace medley {

struct DmiExtension : tlm::tlm_extension<DmiExtension> {
    /// The memory's watch, or null.
    CodeWatch* watch = nullptr;
    /// Host address of the memory's first byte: (dmi pointer - base) is the offset in `watch` and in `fd`.
    unsigned char* base = nullptr;
    /// memfd behind the memory, for aliases in the host's address space; -1: none.
    int fd = -1;

    [[nodiscard]] tlm::tlm_extension_base* clone() const override { return new DmiExtension(*this); }
    void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const DmiExtension&>(other); }
};

} // namespace medley
