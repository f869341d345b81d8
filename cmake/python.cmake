# Finds a Python that has what the generator imports. The first python3 on PATH may lack Debian's
# modules, so candidates are tried and the result is kept as Python3_EXECUTABLE.
function(nexus_find_python)
    set(modules "import elftools, jinja2, lark, tomllib")
    foreach(candidate IN ITEMS "${Python3_EXECUTABLE}" /usr/bin/python3 python3)
        if(NOT candidate STREQUAL "")
            execute_process(COMMAND "${candidate}" -c "${modules}" RESULT_VARIABLE result
                            OUTPUT_QUIET ERROR_QUIET)
            if(result EQUAL 0)
                find_program(found_python "${candidate}" NO_CACHE REQUIRED)
                set(Python3_EXECUTABLE "${found_python}" CACHE FILEPATH "Python with the generator's modules"
                    FORCE)
                return()
            endif()
        endif()
    endforeach()
    message(FATAL_ERROR
        "No Python with elftools, jinja2, lark and tomllib was found. "
        "./nexus installs them; on Debian: apt install python3-pyelftools python3-jinja2 python3-lark")
endfunction()
