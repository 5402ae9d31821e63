# Warnings, sanitizers and hardening, in one interface target that every target of ours links.
# Position independence alone only compiles with -fPIE; the check makes executables link with -pie.
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

add_library(rz-build-options INTERFACE)

target_compile_options(rz-build-options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual
  -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -fno-common
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wold-style-definition>)
if(RZ_WERROR)
  target_compile_options(rz-build-options INTERFACE -Werror)
endif()

# g_autoptr() defines cleanup functions that a given file may not use.
target_compile_options(rz-build-options INTERFACE -Wno-unused-function)
target_compile_definitions(rz-build-options INTERFACE
  _GNU_SOURCE GLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 GLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74)

if(RZ_SANITIZE)
  target_compile_options(rz-build-options INTERFACE
    -fsanitize=${RZ_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(rz-build-options INTERFACE -fsanitize=${RZ_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_options(rz-build-options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong)
  target_link_options(rz-build-options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(RZ_COVERAGE)
  target_compile_options(rz-build-options INTERFACE --coverage)
  target_link_options(rz-build-options INTERFACE --coverage)
endif()
if(RZ_FUZZ)
  target_compile_options(rz-build-options INTERFACE -fsanitize=fuzzer-no-link)
endif()
