set(_board virt-aarch64)

# Debian's software. All combinations of CPUs, interrupt controller and accelerator exist; ./test runs those below, the label `long` the rest
# (ctest -C long -L long).
function(medley_aarch64_software scenario accelerator)
    medley_script_test(Software.${scenario}.${accelerator} software.py 900 --accel ${accelerator} ${scenario} ${ARGN})
    set_tests_properties(Software.${scenario}.${accelerator} PROPERTIES LABELS "software;slow")
endfunction()

medley_aarch64_software(aarch64-linux-4-gicv3 jit)
medley_aarch64_software(aarch64-linux-1-gicv2 interp)
medley_aarch64_software(aarch64-uboot jit)
medley_aarch64_software(aarch64-installer jit)
foreach(_accelerator IN LISTS _accelerators)
    foreach(_scenario linux-1-gicv2 linux-1-gicv3 linux-4-gicv2 linux-4-gicv3 uboot installer)
        if(NOT TEST Software.aarch64-${_scenario}.${_accelerator})
            add_test(NAME Software.aarch64-${_scenario}.${_accelerator} CONFIGURATIONS long
                COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/software.py --medley $<TARGET_FILE:medley> --accel ${_accelerator}
                    aarch64-${_scenario})
            set_tests_properties(Software.aarch64-${_scenario}.${_accelerator} PROPERTIES TIMEOUT 1800 LABELS "software;long")
        endif()
    endforeach()
endforeach()

if(NOT aarch64 IN_LIST MEDLEY_GUEST_ARCHES)
    return()
endif()

function(medley_aarch64_guest name guest)
    medley_guest_test(NAME ${name}.aarch64 BOARD virt-aarch64 RAM 0x40000000 ${ARGN} --load ${_guests}/${guest}-aarch64.elf)
endfunction()

foreach(_guest hello traps smc hostile_jump)
    medley_aarch64_guest(${_guest} ${_guest} ARGUMENTS)
endforeach()
medley_aarch64_guest(exit_code exit_code STATUS 42 EXPECT "leaving with status 42" ARGUMENTS -s cpus.*.semihosting=on)
# Entered at EL2 and EL3 as well, which the guest's start-up code leaves.
medley_aarch64_guest(hello_from_el2 hello ARGUMENTS -s cpus.*.el2=on -s cpus.*.psci=smc)
foreach(_gic 2 3)
    foreach(_guest timer gic)
        medley_aarch64_guest(${_guest}.v${_gic} ${_guest} ARGUMENTS -s gic=${_gic})
    endforeach()
    foreach(_cpus 1 4 8)
        medley_aarch64_guest(smp_${_cpus}_cpus.v${_gic} smp ARGUMENTS -s gic=${_gic} -s cpus=${_cpus})
    endforeach()
endforeach()
foreach(_guest debug watch step pmu rtc paging)
    medley_aarch64_guest(${_guest} ${_guest} ARGUMENTS)
endforeach()
medley_aarch64_guest(pmu.v3 pmu ARGUMENTS -s gic=3)
medley_aarch64_guest(rtc.v3 rtc ARGUMENTS -s gic=3)
medley_aarch64_guest(paging.max paging ARGUMENTS -s cpus.*.model=max)
medley_aarch64_guest(psci psci EXPECT "SYSTEM_RESET starts the machine anew" ARGUMENTS -s cpus=4)
foreach(_guest debug pmu stage2 timer_hyp)
    medley_aarch64_guest(${_guest}.el2 ${_guest} ARGUMENTS -s cpus.*.el2=on -s cpus.*.psci=smc)
endforeach()
foreach(_seed 1 2 fresh)
    medley_aarch64_guest(hostile_garbage_seed_${_seed} hostile_garbage SEED ${_seed} ARGUMENTS)
    foreach(_gic 2 3)
        medley_aarch64_guest(hostile_poke_seed_${_seed}.v${_gic} hostile_poke SEED ${_seed} ARGUMENTS -s gic=${_gic})
    endforeach()
endforeach()

# What the programs expect, on Debian's QEMU.
find_program(MEDLEY_QEMU_SYSTEM_AARCH64 qemu-system-aarch64)
if(MEDLEY_QEMU_SYSTEM_AARCH64)
    add_test(NAME Guest.qemu.aarch64
        COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/qemu_guests.py --qemu ${MEDLEY_QEMU_SYSTEM_AARCH64} --guests ${_guests})
    set_tests_properties(Guest.qemu.aarch64 PROPERTIES TIMEOUT 300 LABELS guest)
endif()

# Two runs and different quanta on both accelerators; other work on the host is a matter of the platform, and tried once.
foreach(_accelerator IN LISTS _accelerators)
    medley_script_test(Determinism.SameRunTwice.aarch64.${_accelerator} determinism.py 300 twice --arch aarch64 --accel ${_accelerator} --guests ${_guests})
endforeach()
medley_script_test(Determinism.QuantumDoesNotMatter.aarch64 determinism.py 600 quantum --arch aarch64 --guests ${_guests})
medley_script_test(Determinism.UnderHostLoad.aarch64 determinism.py 300 load --arch aarch64 --guests ${_guests})
medley_script_test(Determinism.AcceleratorsDoNotMatter.aarch64 assignments.py 300 --arch aarch64 --guests ${_guests})
