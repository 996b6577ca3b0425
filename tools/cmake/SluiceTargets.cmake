# The three kinds of targets (library, daemon, test) and the flags they share.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(absl REQUIRED)

add_library(sluice_flags INTERFACE)
target_include_directories(sluice_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(sluice_flags INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor
                       -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these from inside the standard library at -O3.
  target_compile_options(sluice_flags INTERFACE -Wno-restrict -Wno-stringop-overflow
                         -Wno-array-bounds -Wno-maybe-uninitialized -Wno-dangling-pointer)
  add_compile_options(-fpch-preprocess)  # ccache needs it for precompiled headers
endif()
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
if(SLUICE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# sluice_library(name SOURCES a.cpp ... [DEPS sluice_base ...])
# A static library `sluice_<name>`. DEPS are what its files may include: tools/check-layers reads them.
function(sluice_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(sluice_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(sluice_${name} PUBLIC sluice_flags ${ARG_DEPS})
endfunction()

# sluice_daemon(name SOURCES main.cpp ... DEPS ...)
# Everything but main.cpp goes into the library `<name>_parts`, so that unit tests can link it.
function(sluice_daemon name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name}_parts STATIC ${ARG_SOURCES})
  target_link_libraries(${name}_parts PUBLIC sluice_flags ${ARG_DEPS})
  add_executable(${name} main.cpp)
  set_target_properties(${name} PROPERTIES OUTPUT_NAME sluice-${name}
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  target_link_libraries(${name} PRIVATE ${name}_parts)
endfunction()

# sluice_test(name SOURCES a_test.cpp ... DEPS sluice_rtp ...)  One Catch2 program per library.
function(sluice_test name)
  if(NOT SLUICE_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sluice_test_main sluice_flags ${ARG_DEPS})
  target_precompile_headers(${name} REUSE_FROM sluice_test_main)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# sluice_fuzz(name DEPS ...)  tests/fuzz/<name>_fuzz.cpp with tests/fuzz/<name>_corpus/.
function(sluice_fuzz name)
  if(NOT SLUICE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  add_executable(${name}_fuzz ${name}_fuzz.cpp)
  target_link_libraries(${name}_fuzz PRIVATE sluice_flags ${ARG_DEPS} -fsanitize=fuzzer)
  add_test(NAME fuzz_${name} COMMAND ${name}_fuzz -max_total_time=4 -timeout=5 -rss_limit_mb=512
           -max_len=65536 ${CMAKE_CURRENT_BINARY_DIR}/${name}_found
           ${CMAKE_CURRENT_SOURCE_DIR}/${name}_corpus)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name}_found)
endfunction()
