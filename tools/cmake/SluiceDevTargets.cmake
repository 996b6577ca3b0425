# The same commands at a desk and in CI: format, lint, test, fuzz, bench. Included once, at the end.
add_custom_target(format COMMAND tools/format WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                  COMMENT "Formatting the sources" VERBATIM)
add_custom_target(lint COMMAND tools/lint WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                  COMMENT "Layers, format, scripts, links" VERBATIM)

if(SLUICE_TESTS)
  # Not named "test": CMake keeps that name for itself, and `ninja test` is ctest already.
  add_custom_target(check COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure
                    COMMENT "Unit and conformance tests" VERBATIM)
endif()

if(SLUICE_FUZZ)
  add_custom_target(fuzz COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure -R ^fuzz_
                    COMMENT "A short run of every fuzz target" VERBATIM)
endif()

# Every program whose name ends in _bench, built before, run one after the other.
add_custom_target(bench COMMAND ${CMAKE_SOURCE_DIR}/tools/bench ${CMAKE_BINARY_DIR}
                  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL
                  COMMENT "Packet-path benchmarks" VERBATIM)
