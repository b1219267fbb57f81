# What cmake --install puts where, and the Debian package (cpack --preset release).
include(GNUInstallDirs)

set(house_programs service-vm-tenant service-fs tenant-console)

# All that is installed, and nothing else: for those who need no tests.
add_custom_target(programs DEPENDS ${house_programs})

install(TARGETS ${house_programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# systemd reads units and users of /usr and /usr/local alike, always in lib.
install(FILES resources/systemd/service-vm-tenant.service DESTINATION lib/systemd/system)
install(FILES resources/systemd/tenant-console.sysusers DESTINATION lib/sysusers.d RENAME tenant-console.conf)
install(FILES resources/desktop/tenant-console.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
install(FILES resources/desktop/tenant-console.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tenant-console)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tenant-console)
set(CPACK_PACKAGE_VENDOR "The tenant-console authors")
set(CPACK_PACKAGE_CONTACT "The tenant-console authors <maintainers@tenant-console.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "tenant namespaces: quotas, capability tokens, append-only ledger")
set(CPACK_PACKAGE_DESCRIPTION
"service-vm-tenant administers tenants on one machine over HTTP: their quotas,
their capability tokens and the VMs they register. Every change is an entry of
an append-only ledger, committed with the change itself; service-fs reads and
verifies that ledger; tenant-console is the window over all of it.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Plugins are opened by name, so dpkg-shlibdeps does not see them: signatures and hashes, SQLite, window systems;
# and fonts, which PDFs are written with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libqca-qt6-plugins, libqt6sql6-sqlite, qt6-qpa-plugins, fonts-dejavu-core")
# Only "Seal for holder" runs it, and says so where it is absent.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS age)
foreach(script postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/resources/debian/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
