/* The least there is: a component that says hello. */
#include <stdio.h>

int main(void)
{
    printf("Hello, world!\n");
    return 0;
}
