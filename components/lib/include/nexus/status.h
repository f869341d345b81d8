/*
 * What a component's call may answer: the kernel's status, or one of these when the generated code on
 * either side refused the message, or a driver its device. Positive results are the errors that the interface declares.
 */
#ifndef NEXUS_STATUS_H
#define NEXUS_STATUS_H

#include <neuron/status.h>

/* NEXUS_STATUS(name, value, text); a server's glue answers with the label 32768 - 128 - value. */
#define NEXUS_STATUS_LIST(NEXUS_STATUS)                                                            \
    NEXUS_STATUS(MALFORMED, -128, "the message does not have the form that its method declares")   \
    NEXUS_STATUS(UNKNOWN_METHOD, -129, "the interface has no such method")                         \
    NEXUS_STATUS(DENIED, -130, "the policy does not allow this call")                              \
    NEXUS_STATUS(BUSY, -131, "an abandoned bulk call still occupies the connection")               \
    NEXUS_STATUS(TOO_LONG, -132, "a string or a byte array is longer than its bound")              \
    NEXUS_STATUS(BAD_ENUM, -133, "an enum or bool has a value that is not declared")               \
    NEXUS_STATUS(BAD_REPLY, -134, "the reply does not have the form that its method declares")     \
    NEXUS_STATUS(UNDECIDED, -135,                                                                  \
                 "policyd could not be asked whether the policy allows this call")                 \
    NEXUS_STATUS(BAD_DEVICE, -136, "the device said what cannot be, and was reset")

#define NEXUS_STATUS_ENUM(name, value, text) NEXUS_##name = (value),
enum nexus_status { NEXUS_STATUS_LIST(NEXUS_STATUS_ENUM) };
#undef NEXUS_STATUS_ENUM
#define NEXUS_STATUS_LAST NEXUS_BAD_DEVICE /* they lie between MALFORMED and this one */

/* Labels of a reply: 0 is success, 1..32767 an interface error, from here on a nexus_status. */
#define NEXUS_LABEL_STATUS 32768
#define NEXUS_LABEL_OF(status) ((uint64_t)(NEXUS_LABEL_STATUS - 128 - (status)))
#define NEXUS_STATUS_OF(label) (NEXUS_LABEL_STATUS - 128 - (int)(label))

/* The text of a status of either kind. Never NULL; unknown values have a text of their own. */
const char *nexus_strerror(int status);

#endif
