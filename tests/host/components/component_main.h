/* What a component's main() is called in its native test. */
#ifndef COMPONENT_MAIN_H
#define COMPONENT_MAIN_H

int component_main(void);

#endif
