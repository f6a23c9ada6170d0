# Installation: the command, boards, guests, and the package `medley` for programs of one's own.
include(CMakePackageConfigHelpers)

set(_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/medley)
get_property(_libraries GLOBAL PROPERTY MEDLEY_LIBRARIES)
set_target_properties(medley_all PROPERTIES EXPORT_NAME medley)

install(TARGETS medley RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${_libraries} EXPORT medley-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/medley DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY platforms/boards DESTINATION ${CMAKE_INSTALL_DATADIR}/medley FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY ${CMAKE_BINARY_DIR}/guests DESTINATION ${CMAKE_INSTALL_DATADIR}/medley
    FILES_MATCHING PATTERN "*.elf" PATTERN "CMakeFiles" EXCLUDE)
install(EXPORT medley-targets NAMESPACE medley:: DESTINATION ${_package_folder})

configure_package_config_file(cmake/medley-config.cmake.in ${CMAKE_BINARY_DIR}/medley-config.cmake
    INSTALL_DESTINATION ${_package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/medley-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/medley-config.cmake ${CMAKE_BINARY_DIR}/medley-config-version.cmake
    DESTINATION ${_package_folder})
