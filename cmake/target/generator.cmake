# Calling nexusgen, and what each call depends on.
file(GLOB NEXUSGEN_SOURCES CONFIGURE_DEPENDS
    "${root}/codegen/*.py" "${root}/codegen/nexusgen/*.py" "${root}/codegen/nexusgen/*.lark"
    "${root}/codegen/nexusgen/*/*.py" "${root}/codegen/templates/*")
set(NEURON_ABI
    "${root}/kernel/include/neuron/abi.h" "${root}/kernel/include/neuron/limits.h"
    "${root}/kernel/include/neuron/status.h" "${root}/kernel/include/neuron/table.h"
    "${root}/kernel/include/neuron/syscalls.def")
set(NEXUSGEN "${Python3_EXECUTABLE}" "${root}/codegen/nexusgen.py" --root "${root}")

# Runs `nexusgen sources` for an assembly unless its answer is newer than all that it read, and includes
# the answer. Editing one .assembly file so asks again for the assemblies that read it, and no other.
macro(nexus_sources name)
    set(answer "${CMAKE_BINARY_DIR}/${name}/sources.cmake")
    set(NEXUS_FILES)
    if(EXISTS "${answer}")
        include("${answer}")
    endif()
    set(stale TRUE)
    if(NEXUS_FILES)
        set(stale FALSE)
        foreach(file IN LISTS NEXUS_FILES NEXUSGEN_SOURCES)
            if("${file}" IS_NEWER_THAN "${answer}")
                set(stale TRUE)
            endif()
        endforeach()
    endif()
    if(stale)
        execute_process(COMMAND ${NEXUSGEN} sources "${name}" -o "${answer}" RESULT_VARIABLE result
                        ERROR_VARIABLE diagnostics)
        if(result EQUAL 0)
            file(TOUCH_NOCREATE "${answer}")
            include("${answer}")
        elseif(NEXUS_FILES)
            # The build goes on with the old answer as far as `generate`, which shows the diagnostics. Any
            # .assembly file may hold the correction.
            file(GLOB_RECURSE NEXUS_CANDIDATES "${root}/assemblies/*.assembly" "${root}/components/*.assembly")
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${NEXUS_CANDIDATES})
        else()
            message(FATAL_ERROR "The description of assembly ${name} is wrong:\n${diagnostics}")
        endif()
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${NEXUS_FILES} ${NEXUSGEN_SOURCES})
endmacro()
