# The warnings that all C of the project compiles under, native and target, generated code included.
set(NEXUS_WARNINGS
    -Wall -Wextra -Werror -Wpedantic
    -Wshadow -Wundef -Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wformat=2
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls
    -Wnested-externs -Wconversion -Wvla -Wlogical-op -Wduplicated-cond
    -Wdouble-promotion -Wimplicit-fallthrough)
