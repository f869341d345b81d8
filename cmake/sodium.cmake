# libsodium: Ed25519, SHA-512 and SHA-256, from the Debian source package, fetched when it is not there. Both trees
# read this file: the library `sodium` is built for the host and for the target, of the few files that are needed.
# C includes <sodium/crypto_sign_ed25519.h> and <sodium/crypto_hash_sha256.h>; docs/dependencies.md tells the rest.

# nexus_sodium(SOURCES OPTIONS...): the source is kept in the folder SOURCES.
function(nexus_sodium sources)
    set(folder "${root}/components/lib/sodium")
    execute_process(
        COMMAND "${Python3_EXECUTABLE}" "${root}/cmake/debian_source.py" "${folder}/libsodium.sha256" "${sources}"
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "There is no source of libsodium, see above.")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
        "${folder}/libsodium.sha256" "${root}/cmake/debian_source.py")
    set(source "${sources}/libsodium/src/libsodium")
    add_library(sodium STATIC
        "${source}/crypto_core/ed25519/ref10/ed25519_ref10.c"
        "${source}/crypto_hash/sha256/cp/hash_sha256_cp.c"
        "${source}/crypto_hash/sha512/cp/hash_sha512_cp.c"
        "${source}/crypto_sign/ed25519/ref10/keypair.c"
        "${source}/crypto_sign/ed25519/ref10/open.c"
        "${source}/crypto_sign/ed25519/ref10/sign.c"
        "${source}/crypto_verify/sodium/verify.c"
        "${folder}/utils.c")
    target_include_directories(sodium PRIVATE "${source}/include/sodium" "${source}/include/sodium/private")
    target_include_directories(sodium SYSTEM PUBLIC "${source}/include")
    target_compile_definitions(sodium PUBLIC SODIUM_STATIC)
    target_compile_definitions(sodium PRIVATE CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1 HAVE_TI_MODE=1)
    # What nobody calls is left out, and with it randombytes_buf(), which nobody may call: it does not exist.
    target_compile_options(sodium PRIVATE -O2 -ffunction-sections -fdata-sections ${ARGN})
endfunction()
