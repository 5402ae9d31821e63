# What other programs need to build on the libraries, and the Debian package.
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rezone)
configure_package_config_file(packaging/rezone-config.cmake.in
  ${PROJECT_BINARY_DIR}/rezone-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rezone-config-version.cmake
  COMPATIBILITY SameMajorVersion)
install(EXPORT rezone-targets NAMESPACE rezone:: DESTINATION ${config_dir})
install(FILES ${PROJECT_BINARY_DIR}/rezone-config.cmake
              ${PROJECT_BINARY_DIR}/rezone-config-version.cmake DESTINATION ${config_dir})
install(DIRECTORY include/rezone DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")

configure_file(packaging/rezone-apply@.service.in ${PROJECT_BINARY_DIR}/rezone-apply@.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rezone-apply@.service DESTINATION lib/systemd/system)
install(FILES packaging/alerts.yml DESTINATION ${CMAKE_INSTALL_DATADIR}/rezone)
install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Debian wants its own form of a changelog in a package; ours goes beside it. -n leaves name and time
# out, so that equal input gives equal packages.
configure_file(packaging/debian-changelog.in ${PROJECT_BINARY_DIR}/debian-changelog @ONLY)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/changelog.gz
  COMMAND gzip -9nc ${PROJECT_BINARY_DIR}/debian-changelog > ${PROJECT_BINARY_DIR}/changelog.gz
  DEPENDS ${PROJECT_BINARY_DIR}/debian-changelog)
add_custom_target(rezone-changelog ALL DEPENDS ${PROJECT_BINARY_DIR}/changelog.gz)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rezone)
set(CPACK_PACKAGE_CONTACT "The rezone maintainers <rezone@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "spread a running Kafka cluster over zones")
set(CPACK_PACKAGE_DESCRIPTION
"Computes the placement that spreads every partition of an Apache Kafka
cluster over its availability zones with the fewest bytes moved, proves it,
and carries it out: throttled, journaled, resumable and reversible.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
if(RZ_GSSAPI_FOUND)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libsasl2-modules-gssapi-mit)
endif()
# Instead of CPack's own maintainer scripts, which call ldconfig themselves.
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/triggers)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
