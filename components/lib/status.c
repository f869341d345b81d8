/* The texts of both status enums. */
#include <nexus/status.h>

#define CASE_NEURON(name, value, text)                                                             \
    case NEURON_##name:                                                                            \
        return text;
#define CASE_NEXUS(name, value, text)                                                              \
    case NEXUS_##name:                                                                             \
        return text;

const char *nexus_strerror(int status)
{
    switch (status) {
        NEURON_STATUS_LIST(CASE_NEURON)
        NEXUS_STATUS_LIST(CASE_NEXUS)
    default:
        return status > 0 ? "an error that the interface declares" : "an unknown error";
    }
}
