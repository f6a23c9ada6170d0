if(NOT rv64 IN_LIST MEDLEY_GUEST_ARCHES)
    return()
endif()

foreach(_arch rv32 rv64)
    if(_arch STREQUAL rv32)
        set(_board virt-riscv32)
    else()
        set(_board virt-riscv64)
    endif()
    foreach(_guest hello timer plic smp paging smc float rom_write traps dma hostile_jump hostile_garbage
            hostile_trap_recursion hostile_poke)
        medley_guest_test(NAME ${_guest}.${_arch} BOARD ${_board} EXPECT PASS ARGUMENTS --load ${_guests}/${_guest}-${_arch}.elf)
    endforeach()
    medley_guest_test(NAME exit_code.${_arch} BOARD ${_board} STATUS 42 EXPECT "leaving with status 42" ARGUMENTS --load ${_guests}/exit_code-${_arch}.elf)
    medley_guest_test(NAME htif_hello.${_arch} BOARD ${_board} ARGUMENTS --load ${_guests}/htif_hello-${_arch}.elf)
    medley_guest_test(NAME smp_4_harts.${_arch} BOARD ${_board} ARGUMENTS -s harts=4 --load ${_guests}/smp-${_arch}.elf)
    medley_guest_test(NAME smp_8_harts.${_arch} BOARD ${_board} ARGUMENTS -s harts=8 --load ${_guests}/smp-${_arch}.elf)
    foreach(_harts 2 4)
        medley_guest_test(NAME smp_${_harts}_harts_parallel.${_arch} BOARD ${_board}
            ARGUMENTS -s harts=${_harts} -s parallel=true --load ${_guests}/smp-${_arch}.elf)
    endforeach()
    # A block that was made while its writer waited was entered when it was dropped already.
    medley_guest_test(NAME code_race.${_arch} BOARD ${_board} ARGUMENTS -s harts=2 --load ${_guests}/code_race-${_arch}.elf)
    medley_guest_test(NAME code_race_parallel.${_arch} BOARD ${_board} ARGUMENTS -s harts=2 --parallel --load ${_guests}/code_race-${_arch}.elf)
    # These promise no end; the platform must stay responsive and end at the limit.
    set(_limit 20ms)
    if(MEDLEY_SANITIZE)
        set(_limit 2ms)
    endif()
    foreach(_guest hostile_garbage_m hostile_trap_recursion_m)
        medley_guest_test(NAME ${_guest}.${_arch} BOARD ${_board} EXPECT ${_guest} UNTIL ${_limit}
            ARGUMENTS --load ${_guests}/${_guest}-${_arch}.elf)
    endforeach()
    foreach(_seed 1 2 fresh)
        medley_guest_test(NAME hostile_poke_seed_${_seed}.${_arch} BOARD ${_board} SEED ${_seed} EXPECT PASS
            ARGUMENTS --load ${_guests}/hostile_poke-${_arch}.elf)
    endforeach()
endforeach()
foreach(_seed 1 2 fresh)
    medley_guest_test(NAME hostile_poke_seed_${_seed}.duo BOARD duo SEED app:${_seed} EXPECT PASS
        ARGUMENTS --firmware app:none --load app:${_guests}/hostile_poke-rv64.elf)
endforeach()

medley_guest_test(NAME mailbox_parallel BOARD duo
    ARGUMENTS --parallel --firmware app:none --load app:${_guests}/mailbox_app-rv64.elf --load mgr:${_guests}/mailbox_mgr-rv32.elf)
medley_guest_test(NAME mailbox BOARD duo
    ARGUMENTS --firmware app:none --load app:${_guests}/mailbox_app-rv64.elf --load mgr:${_guests}/mailbox_mgr-rv32.elf)

foreach(_scenario linux-1 linux-4 uboot uboot-smode opensbi-1 opensbi-4 opensbi-old installer)
    medley_script_test(Software.${_scenario} software.py 900 ${_scenario})
    set_tests_properties(Software.${_scenario} PROPERTIES LABELS "software;slow")
endforeach()

medley_script_test(Software.linux-4-parallel software.py 900 linux-4-parallel --accel jit)
set_tests_properties(Software.linux-4-parallel PROPERTIES LABELS "software;slow")

medley_script_test(Determinism.SameRunTwice determinism.py 300 twice --guests ${_guests})
medley_script_test(Determinism.UnderHostLoad determinism.py 300 load --guests ${_guests})
medley_script_test(Determinism.QuantumDoesNotMatter determinism.py 600 quantum --guests ${_guests})
medley_script_test(Determinism.AcceleratorsDoNotMatter assignments.py 600 --guests ${_guests})

medley_bench_smoke(rv64)
medley_bench_smoke(rv32)
