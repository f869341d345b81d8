# Targets that run an assembly: qemu-NAME for each, qemu for the default one, qemu-gdb for debugging.
# This is the outer tree's nexus_assembly(); the inner tree's (target/assembly.cmake) builds the image.
set(NEXUS_GDB_ASSEMBLY nexus CACHE STRING "The assembly that the target qemu-gdb debugs")

# ON_DEMAND: no part of the default build; its own target image-NAME of the inner tree makes it.
function(nexus_assembly name)
    if(NOT "ON_DEMAND" IN_LIST ARGN)
        set_property(GLOBAL APPEND PROPERTY NEXUS_ASSEMBLIES "${name}")
    endif()
    set(image "${CMAKE_BINARY_DIR}/image-${name}.elf")
    set(run "${CMAKE_SOURCE_DIR}/tests/qemu/interactive.sh" "${image}")
    add_custom_target(qemu-${name} COMMAND ${run} DEPENDS target USES_TERMINAL VERBATIM
        COMMENT "Running ${name}; Ctrl-A x ends it")
    if(name STREQUAL "nexus")
        add_custom_target(qemu COMMAND ${run} DEPENDS target USES_TERMINAL VERBATIM
            COMMENT "Running ${name}; Ctrl-A x ends it")
    endif()
    if(name STREQUAL NEXUS_GDB_ASSEMBLY)
        add_custom_target(qemu-gdb
            COMMAND "${CMAKE_SOURCE_DIR}/tests/qemu/debug.sh" "${image}" "${CMAKE_BINARY_DIR}/target/${name}"
            DEPENDS target USES_TERMINAL VERBATIM
            COMMENT "Debugging ${name}; quit gdb to end it")
    endif()
endfunction()
