# Toolchain of the target: RV64IMAC with picolibc. -misa-spec=2.2 keeps csrr in the base ISA, so that
# the right multilib is chosen.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_EXECUTABLE_SUFFIX_C .elf)
set(CMAKE_EXECUTABLE_SUFFIX_ASM .elf)
set(machine "-march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany")
set(CMAKE_C_FLAGS_INIT "${machine}")
set(CMAKE_ASM_FLAGS_INIT "${machine}")
