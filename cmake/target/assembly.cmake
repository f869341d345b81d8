# nexus_assembly(NAME): generated sources -> one library per component type -> one ELF per instance ->
# init, which holds the symbols of the others -> system table and payload -> validator -> image.

# One component type of an assembly: compiled once, whatever the number of its instances.
function(nexus_component assembly type generated)
    add_library(${assembly}.${type} OBJECT
        ${NEXUS_TYPE_${type}_SOURCES} "${generated}/${type}/${type}.nexus.c")
    target_include_directories(${assembly}.${type} PRIVATE
        ${NEXUS_TYPE_${type}_FOLDERS} "${generated}/${type}")
    target_link_libraries(${assembly}.${type} PRIVATE component sodium)
    add_dependencies(${assembly}.${type} stubs ${assembly}.generate)
endfunction()

# One instance: its type's objects with its own data, at its own addresses.
function(nexus_instance assembly instance generated)
    set(type "${NEXUS_INSTANCE_${instance}_TYPE}")
    set(script "${generated}/instances/${instance}.ld")
    set(target ${assembly}.${instance}.elf)
    add_executable(${target} "${generated}/instances/${instance}.c" $<TARGET_OBJECTS:${assembly}.${type}> ${ARGN})
    target_include_directories(${target} PRIVATE
        ${NEXUS_TYPE_${type}_FOLDERS} "${generated}/${type}" "${generated}/instances")
    target_link_options(${target} PRIVATE
        -nostartfiles -T "${script}" -Wl,--gc-sections -Wl,--fatal-warnings)
    target_link_libraries(${target} PRIVATE nexus-runtime)
    add_dependencies(${target} ${assembly}.generate)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${script}" OUTPUT_NAME "${instance}"
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${assembly}")
endfunction()

# What init knows of the others: its plan, with their linked addresses, and their symbols as blobs.
function(nexus_knowledge_of_init assembly others)
    set(folder "${CMAKE_BINARY_DIR}/${assembly}")
    set(text "/* The symbols of the other tasks, for init's fault reports. */\n    .section .rodata\n")
    set(blobs)
    set(elfs)
    set(targets)
    foreach(instance IN LISTS others)
        set(blob "${folder}/${instance}.sym")
        add_custom_command(OUTPUT "${blob}"
            COMMAND ${NEXUSGEN} symbols "${folder}/${instance}.elf" -o "${blob}"
            DEPENDS ${assembly}.${instance}.elf ${NEXUSGEN_SOURCES}
            COMMENT "Symbols of ${assembly}/${instance}" VERBATIM)
        list(APPEND blobs "${blob}")
        list(APPEND elfs --elf "${instance}=${folder}/${instance}.elf")
        list(APPEND targets ${assembly}.${instance}.elf)
        string(APPEND text
            "    .globl nexus_symbols_${instance}, nexus_symbols_${instance}_end\n"
            "    .balign 4\n"
            "nexus_symbols_${instance}:\n    .incbin \"${instance}.sym\"\n"
            "nexus_symbols_${instance}_end:\n")
    endforeach()
    add_custom_command(OUTPUT "${folder}/init_plan.c"
        COMMAND ${NEXUSGEN} plan ${assembly} ${elfs} -o "${folder}/init_plan.c"
        DEPENDS ${targets} ${NEXUS_FILES} ${NEXUSGEN_SOURCES} ${NEURON_ABI}
        COMMENT "Plan of ${assembly}/${NEXUS_INIT}" VERBATIM)
    set(source "${folder}/symbols.S")
    file(CONFIGURE OUTPUT "${source}" CONTENT "${text}" @ONLY)
    set_source_files_properties("${source}" PROPERTIES
        OBJECT_DEPENDS "${blobs}" COMPILE_OPTIONS "-Wa,-I${folder}")
endfunction()

# Table, payload and image, judged by the kernel's own check.
function(nexus_image assembly)
    set(folder "${CMAKE_BINARY_DIR}/${assembly}")
    set(elfs)
    set(targets)
    foreach(instance IN LISTS NEXUS_INSTANCES)
        list(APPEND elfs --elf "${instance}=${folder}/${instance}.elf")
        list(APPEND targets ${assembly}.${instance}.elf)
    endforeach()
    add_custom_command(OUTPUT "${folder}/payload.bin"
        COMMAND ${NEXUSGEN} table ${assembly} ${elfs} -o "${folder}"
        COMMAND "${NEXUS_VALIDATE}" "${folder}/payload.bin"
        DEPENDS ${targets} ${NEXUS_FILES} ${NEXUSGEN_SOURCES} ${NEURON_ABI} "${NEXUS_VALIDATE}"
        COMMENT "System table of ${assembly}" VERBATIM)
    set(image "${images}/image-${assembly}.elf")
    add_custom_command(OUTPUT "${image}"
        COMMAND ${NEXUSGEN} image "$<TARGET_FILE:kernel>" "${folder}/payload.bin" -o "${image}"
        DEPENDS kernel "${folder}/payload.bin" ${NEXUSGEN_SOURCES}
        COMMENT "Image ${image}" VERBATIM)
    add_custom_target(image-${assembly} ALL DEPENDS "${image}")
endfunction()

function(nexus_assembly assembly)
    set(folder "${CMAKE_BINARY_DIR}/${assembly}")
    nexus_sources(${assembly} "${folder}")
    set(generated "${folder}/generated")
    set(outputs)
    foreach(type IN LISTS NEXUS_TYPES)
        list(APPEND outputs "${generated}/${type}/${type}.nexus.h" "${generated}/${type}/${type}.nexus.c")
    endforeach()
    foreach(instance IN LISTS NEXUS_INSTANCES)
        list(APPEND outputs "${generated}/instances/${instance}.c" "${generated}/instances/${instance}.ld")
    endforeach()
    add_custom_command(OUTPUT ${outputs}
        COMMAND ${NEXUSGEN} generate ${assembly} -o "${generated}"
        DEPENDS ${NEXUS_FILES} ${NEXUSGEN_SOURCES} ${NEURON_ABI}
        COMMENT "Generating ${assembly}" VERBATIM)
    add_custom_target(${assembly}.generate DEPENDS ${outputs})

    foreach(type IN LISTS NEXUS_TYPES)
        nexus_component(${assembly} ${type} "${generated}")
    endforeach()
    set(others ${NEXUS_INSTANCES})
    list(REMOVE_ITEM others ${NEXUS_INIT})
    foreach(instance IN LISTS others)
        nexus_instance(${assembly} ${instance} "${generated}")
    endforeach()
    nexus_knowledge_of_init(${assembly} "${others}")
    nexus_instance(${assembly} ${NEXUS_INIT} "${generated}" "${folder}/init_plan.c" "${folder}/symbols.S")
    # The plan is init's, whatever component plays that part.
    target_include_directories(${assembly}.${NEXUS_INIT}.elf PRIVATE "${root}/components/init")
    nexus_image(${assembly})
endfunction()
