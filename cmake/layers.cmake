# Warnings, sanitizers, and the two kinds of our libraries: with and without SystemC.

function(medley_settings target)
    # GCC 12 warns of overlapping copies inside std::string's operator+ where there are none (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Werror $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    if(MEDLEY_SANITIZE)
        target_compile_options(${target} PUBLIC -fsanitize=${MEDLEY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
        target_link_options(${target} PUBLIC -fsanitize=${MEDLEY_SANITIZE})
        get_target_property(_type ${target} TYPE)
        if(_type STREQUAL EXECUTABLE)
            target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/sanitizer_options.cpp)
        endif()
    endif()
endfunction()

# A library that knows no SystemC.
function(medley_library target)
    add_library(${target} STATIC ${ARGN})
    medley_settings(${target})
    target_link_libraries(${target} PUBLIC fmt::fmt)
    set_property(GLOBAL APPEND PROPERTY MEDLEY_LIBRARIES ${target})
endfunction()

# A library of SystemC modules.
function(medley_systemc_library target)
    medley_library(${target} ${ARGN})
    target_link_libraries(${target} PUBLIC PkgConfig::SYSTEMC PkgConfig::TLM)
    # Debian's library is built as C++17 and refuses users of another standard by a symbol's name; its interface does
    # not differ.
    target_compile_definitions(${target} PUBLIC SC_CPLUSPLUS=201703L)
endfunction()

# A GoogleTest executable whose tests run with ctest, each case in a process of its own (SystemC has one simulation for a
# process). PREFIX tells apart what several executables have in common.
function(medley_test target)
    cmake_parse_arguments(ARG "" "TIMEOUT;PREFIX" "SOURCES;LIBRARIES;LABELS" ${ARGN})
    add_executable(${target} ${ARG_SOURCES})
    medley_settings(${target})
    target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES} GTest::gtest GTest::gtest_main)
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 60)
    endif()
    if(MEDLEY_SANITIZE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")
    endif()
    gtest_discover_tests(${target} TEST_PREFIX "${ARG_PREFIX}" DISCOVERY_TIMEOUT 30 PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
