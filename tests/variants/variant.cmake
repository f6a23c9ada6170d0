# Configures, builds and tests Medley with the targets TARGETS in the folder BUILD.
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "failed: ${ARGN}")
    endif()
endfunction()

cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_BUILD_TYPE=Release -DMEDLEY_TARGETS=${TARGETS} -DMEDLEY_GUESTS=OFF)
run(${CMAKE_COMMAND} --build ${BUILD})
run(${CMAKE_CTEST_COMMAND} --test-dir ${BUILD} --parallel ${cores} --output-on-failure)
