# DAEMON: a daemon's program; FILE: the suite's configuration; FOLDER: for what is printed.
function(print_configuration file into)
  execute_process(COMMAND ${DAEMON} --config ${file} --print-config
                  RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE error)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${DAEMON} refuses ${file}:\n${error}")
  endif()
  set(${into} "${printed}" PARENT_SCOPE)
endfunction()

get_filename_component(name ${DAEMON} NAME)
print_configuration(${FILE} first)
if(NOT first MATCHES "\ncommon:\n.*\n  run_dir: /run/sluice\n")
  message(FATAL_ERROR "${FILE} did not reach the section common:\n${first}")
endif()
file(WRITE ${FOLDER}/${name}.yaml "${first}")
print_configuration(${FOLDER}/${name}.yaml second)
if(NOT first STREQUAL second)
  message(FATAL_ERROR "${name} reads back something else than it printed:\n${second}")
endif()

# A misspelt key of the daemon's own section is refused with its line.
string(REGEX REPLACE "^sluice-" "" service ${name})
file(WRITE ${FOLDER}/${name}.wrong.yaml "${service}:\n  grpc_prot: 1\n")
execute_process(COMMAND ${DAEMON} --config ${FOLDER}/${name}.wrong.yaml --check-config
                RESULT_VARIABLE result ERROR_VARIABLE error OUTPUT_QUIET)
if(NOT result EQUAL 2 OR NOT error MATCHES ":2: ${service}.grpc_prot: unknown key")
  message(FATAL_ERROR "a misspelt key was answered by ${result}: ${error}")
endif()
