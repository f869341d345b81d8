/* An example of a server: it greets whoever calls, by the name that they give. */
#include "greeter.nexus.h"

#include <stdio.h>

int greeting_greet(struct nexus_client client, const char *name, char *text)
{
    if (name[0] == '\0') {
        return GREETING_NOBODY;
    }
    printf("%s says hello\n", client.name);
    (void)snprintf(text, 65, "Hello, %s!", name);
    return 0;
}
