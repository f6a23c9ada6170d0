# The board on which unlike CPUs meet.
medley_script_test(Software.trio trio.py 900 jit,jit,jit)
set_tests_properties(Software.trio PROPERTIES LABELS "software;slow")
add_test(NAME Determinism.Trio CONFIGURATIONS long
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/trio.py --medley $<TARGET_FILE:medley> --timeout 1800
        jit,jit,jit jit,jit,jit interp,jit,jit jit,interp,interp)
set_tests_properties(Determinism.Trio PROPERTIES TIMEOUT 7200 LABELS "software;long")

if(NOT aarch64 IN_LIST MEDLEY_GUEST_ARCHES OR NOT rv64 IN_LIST MEDLEY_GUEST_ARCHES)
    return()
endif()

add_test(NAME Board.TrioErrors
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/trio_errors.py --medley $<TARGET_FILE:medley> --guests ${_guests})
set_tests_properties(Board.TrioErrors PROPERTIES TIMEOUT 120)

# medley_trio_guests(name label guest-of-a64 guest-of-rv64 ...): the CPU with that label comes to its end while all others misbehave.
# The manager's traps recurse for ever.
function(medley_trio_guests name label first second)
    medley_guest_test(NAME ${name}.trio BOARD trio EXPECT "[${label}] PASS" ${ARGN} --firmware rv64:none
        --load a64:${_guests}/${first}-aarch64.elf --load rv64:${_guests}/${second}-rv64.elf
        --load mgr:${_guests}/hostile_trap_recursion_m-rv32.elf)
endfunction()

foreach(_seed 1 fresh)
    set(_seeds SEED a64:${_seed}@0x40000000 rv64:${_seed}@0x80000000)
    foreach(_guest hostile_garbage hostile_poke)
        medley_trio_guests(${_guest}_a64_seed_${_seed} a64 ${_guest} hostile_trap_recursion_m ${_seeds} ARGUMENTS -s cpus=2)
        # Without firmware the cluster cannot end the simulation: when it is done its own traps recurse.
        medley_trio_guests(${_guest}_rv64_seed_${_seed} rv64 ${_guest} ${_guest} ${_seeds} ARGUMENTS -s cpus.a64.psci=none)
    endforeach()
endforeach()
medley_trio_guests(hostile_jump_a64 a64 hostile_jump hostile_garbage_m ARGUMENTS)
medley_trio_guests(hostile_jump_rv64 rv64 hostile_garbage hostile_jump ARGUMENTS -s cpus.a64.psci=none)
medley_trio_guests(hostile_trap_recursion_rv64 rv64 hostile_poke hostile_trap_recursion ARGUMENTS -s cpus.a64.psci=none)
# Well-behaved ones are not disturbed by it.
medley_trio_guests(smp_a64 a64 smp hostile_garbage_m ARGUMENTS -s cpus=4)
medley_trio_guests(paging_rv64 rv64 hostile_garbage paging ARGUMENTS -s cpus.a64.psci=none)
