# What the user chooses.

file(GLOB _target_folders RELATIVE ${CMAKE_SOURCE_DIR}/iss CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/iss/*/CMakeLists.txt)
set(MEDLEY_ALL_TARGETS "")
foreach(_folder IN LISTS _target_folders)
    get_filename_component(_name ${_folder} DIRECTORY)
    if(NOT _name STREQUAL "common")
        list(APPEND MEDLEY_ALL_TARGETS ${_name})
    endif()
endforeach()

set(MEDLEY_TARGETS "${MEDLEY_ALL_TARGETS}" CACHE STRING "Targets that are built in: any subset of ${MEDLEY_ALL_TARGETS}, or none")
set(MEDLEY_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
option(MEDLEY_TESTS "Build the tests" ON)
option(MEDLEY_GUESTS "Build our own guest programs (needs the cross compilers)" ON)

foreach(_target IN LISTS MEDLEY_TARGETS)
    if(NOT _target IN_LIST MEDLEY_ALL_TARGETS)
        message(FATAL_ERROR "MEDLEY_TARGETS names '${_target}', which is not a folder of iss/; there are: ${MEDLEY_ALL_TARGETS}")
    endif()
endforeach()

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(MEDLEY_CCACHE ccache)
if(MEDLEY_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${MEDLEY_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${MEDLEY_CCACHE})
endif()
