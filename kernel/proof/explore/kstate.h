/* Forced in front of each file of the core: its variables, static ones too, lie in sections that image.c finds. */
#pragma clang section bss = "kstate" data = "kstate_data"
