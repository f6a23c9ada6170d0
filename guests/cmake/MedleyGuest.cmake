# Builds bare-metal guest programs with the RISC-V cross compiler.
#
#   medley_add_guest(NAME <name> ARCHES rv32|rv64 ... [SOURCES <file>...] [DEFINES <NAME[=value]>...] [FLOAT] [HTIF] [BASE <address>])
#
# One ELF file per architecture: ${CMAKE_BINARY_DIR}/guests/<name>-<arch>.elf, part of the target `guests`. SOURCES defaults to
# <name>.c. FLOAT builds the rv32 variant for rv32imafdc instead of rv32imac (rv64 is always rv64gc).

set(MEDLEY_GUEST_COMMON_DIR ${CMAKE_CURRENT_LIST_DIR}/../common)
# ISA specification 2.2 has CSRs and FENCE.I in the base, which is what the multilibs of gcc 12 are named after.
set(MEDLEY_GUEST_MARCH_rv32 -march=rv32imac -misa-spec=2.2 -mabi=ilp32)
set(MEDLEY_GUEST_MARCH_rv32_float -march=rv32imafdc -misa-spec=2.2 -mabi=ilp32d)
set(MEDLEY_GUEST_MARCH_rv64 -march=rv64imafdc -misa-spec=2.2 -mabi=lp64d)
set(MEDLEY_GUEST_FLAGS -std=gnu11 -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-strict-aliasing -fno-pic -fno-common -mcmodel=medany
    -nostdlib -nostartfiles -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments
    -DMAX_HARTS=8 -DSTACK_BYTES=8192)

function(medley_add_guest)
    cmake_parse_arguments(PARSE_ARGV 0 guest "FLOAT;HTIF" "NAME;BASE" "ARCHES;SOURCES;DEFINES")
    if(NOT guest_SOURCES)
        set(guest_SOURCES ${guest_NAME}.c)
    endif()
    list(TRANSFORM guest_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(TRANSFORM guest_DEFINES PREPEND -D)
    if(guest_HTIF)
        list(APPEND guest_DEFINES -DGUEST_HTIF)
    endif()
    if(guest_BASE)
        list(APPEND guest_DEFINES -Wl,--defsym=ram_base=${guest_BASE})
    endif()
    file(GLOB common CONFIGURE_DEPENDS ${MEDLEY_GUEST_COMMON_DIR}/*.[chS])
    set(common_sources ${common})
    list(FILTER common_sources EXCLUDE REGEX "\\.h$")
    foreach(arch IN LISTS guest_ARCHES)
        set(march ${MEDLEY_GUEST_MARCH_${arch}})
        if(guest_FLOAT AND arch STREQUAL rv32)
            set(march ${MEDLEY_GUEST_MARCH_rv32_float})
        endif()
        set(elf ${CMAKE_BINARY_DIR}/guests/${guest_NAME}-${arch}.elf)
        add_custom_command(
            OUTPUT ${elf}
            COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/guests
            COMMAND ${MEDLEY_GUEST_CC} ${march} ${MEDLEY_GUEST_FLAGS} -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
                    -I${MEDLEY_GUEST_COMMON_DIR} ${guest_DEFINES} -Wl,-T,${MEDLEY_GUEST_COMMON_DIR}/guest.ld
                    ${common_sources} ${guest_SOURCES} -lgcc -o ${elf}
            DEPENDS ${guest_SOURCES} ${common} ${MEDLEY_GUEST_COMMON_DIR}/guest.ld
            COMMENT "Guest ${guest_NAME}-${arch}.elf"
            VERBATIM)
        set_property(GLOBAL APPEND PROPERTY MEDLEY_GUEST_ELFS ${elf})
    endforeach()
endfunction()
