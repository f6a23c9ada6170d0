# Builds bare-metal guest programs with cross compilers.
#
#   medley_add_guest(NAME <name> ARCHES rv32|rv64|aarch64 ... [SOURCES <file>...] [DEFINES <NAME[=value]>...] [FLOAT] [HTIF]
#                    [BASE <address>])
#
# One ELF file per architecture: ${CMAKE_BINARY_DIR}/guests/<name>-<arch>.elf, part of the target `guests`. SOURCES defaults to
# <name>.c in the architecture's folder or, where there is none, here. FLOAT: the program may use floating-point registers (rv64: all may).
# Every file of ../common and of the architecture's folder below it is part of every program.
# An architecture whose compiler is not there (MEDLEY_GUEST_ARCHES) is left out.

set(MEDLEY_GUEST_COMMON_DIR ${CMAKE_CURRENT_LIST_DIR}/../common)
set(MEDLEY_GUEST_FOLDER_rv32 riscv)
set(MEDLEY_GUEST_FOLDER_rv64 riscv)
set(MEDLEY_GUEST_FOLDER_aarch64 aarch64)
# The compiler takes its flags from files that bench/lib/architectures.py gives it, too: common/all.flags, and one an architecture.
# - ISA specification 2.2 has CSRs and FENCE.I in the base, which is what the multilibs of gcc 12 are named after.
# - AArch64: without translation all of memory is device memory, which takes no misaligned accesses.
# What is added here keeps floating-point registers out of programs that do not ask for them.
set(MEDLEY_GUEST_INTEGER_rv32 -march=rv32imac -mabi=ilp32)
set(MEDLEY_GUEST_INTEGER_aarch64 -mgeneral-regs-only)

function(medley_add_guest)
    cmake_parse_arguments(PARSE_ARGV 0 guest "FLOAT;HTIF" "NAME;BASE" "ARCHES;SOURCES;DEFINES")
    list(TRANSFORM guest_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(TRANSFORM guest_DEFINES PREPEND -D)
    if(guest_HTIF)
        list(APPEND guest_DEFINES -DGUEST_HTIF)
    endif()
    if(guest_BASE)
        list(APPEND guest_DEFINES -Wl,--defsym=ram_base=${guest_BASE})
    endif()
    foreach(arch IN LISTS guest_ARCHES)
        if(NOT arch IN_LIST MEDLEY_GUEST_ARCHES)
            continue()
        endif()
        set(family ${MEDLEY_GUEST_FOLDER_${arch}})
        set(folder ${MEDLEY_GUEST_COMMON_DIR}/${family})
        set(sources ${guest_SOURCES})
        if(NOT sources)
            set(sources ${CMAKE_CURRENT_SOURCE_DIR}/${family}/${guest_NAME}.c)
            if(NOT EXISTS ${sources})
                set(sources ${CMAKE_CURRENT_SOURCE_DIR}/${guest_NAME}.c)
            endif()
        endif()
        file(GLOB common CONFIGURE_DEPENDS ${MEDLEY_GUEST_COMMON_DIR}/*.[ch] ${folder}/*.[chS])
        set(common_sources ${common})
        list(FILTER common_sources EXCLUDE REGEX "\\.h$")
        set(flags @${MEDLEY_GUEST_COMMON_DIR}/all.flags @${folder}/${arch}.flags -O2 -g -Werror)
        if(NOT guest_FLOAT)
            list(APPEND flags ${MEDLEY_GUEST_INTEGER_${arch}})
        endif()
        set(elf ${CMAKE_BINARY_DIR}/guests/${guest_NAME}-${arch}.elf)
        add_custom_command(
            OUTPUT ${elf}
            COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/guests
            COMMAND ${MEDLEY_GUEST_CC_${arch}} ${flags} -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
                    -I${MEDLEY_GUEST_COMMON_DIR} -I${folder} ${guest_DEFINES} -Wl,-T,${folder}/guest.ld
                    ${common_sources} ${sources} -lgcc -o ${elf}
            DEPENDS ${sources} ${common} ${MEDLEY_GUEST_COMMON_DIR}/all.flags ${folder}/${arch}.flags ${folder}/guest.ld
            COMMENT "Guest ${guest_NAME}-${arch}.elf"
            VERBATIM)
        set_property(GLOBAL APPEND PROPERTY MEDLEY_GUEST_ELFS ${elf})
    endforeach()
endfunction()
