# Calling nexusgen, and what each call depends on. `root` is the project's folder.
file(GLOB NEXUSGEN_SOURCES CONFIGURE_DEPENDS
    "${root}/codegen/*.py" "${root}/codegen/nexusgen/*.py" "${root}/codegen/nexusgen/*.lark"
    "${root}/codegen/nexusgen/*.toml" "${root}/codegen/templates/*")
set(NEURON_ABI
    "${root}/kernel/include/neuron/abi.h" "${root}/kernel/include/neuron/limits.h"
    "${root}/kernel/include/neuron/status.h" "${root}/kernel/include/neuron/table.h"
    "${root}/kernel/include/neuron/syscalls.def")
set(NEXUSGEN "${Python3_EXECUTABLE}" "${root}/codegen/nexusgen.py" --root "${root}")

# nexus_sources(ASSEMBLY FOLDER): asks nexusgen what an assembly consists of (NEXUS_TYPES, NEXUS_INSTANCES
# and so on), unless the answer in FOLDER is newer than all that it was made from. So editing one .assembly
# file asks again for the assemblies that read it, and for no other.
macro(nexus_sources assembly folder)
    set(answer "${folder}/sources.cmake")
    set(stamp "${folder}/sources.stamp")
    set(NEXUS_FILES)
    if(EXISTS "${answer}")
        include("${answer}")
    endif()
    set(stale FALSE)
    foreach(file IN LISTS NEXUS_FILES NEXUSGEN_SOURCES)
        if("${file}" IS_NEWER_THAN "${stamp}")
            set(stale TRUE)
        endif()
    endforeach()
    if(stale)
        # The generator shows what is wrong; the next build configures again.
        execute_process(COMMAND ${NEXUSGEN} sources "${assembly}" -o "${answer}" RESULT_VARIABLE result)
        if(NOT result EQUAL 0)
            message(FATAL_ERROR "The description of assembly ${assembly} is wrong, see above.")
        endif()
        file(TOUCH "${stamp}")
        include("${answer}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${NEXUS_FILES} ${NEXUSGEN_SOURCES})
endmacro()
