/*
 * The result of every kernel call: one value, one meaning, never reused (-2 was).
 * A value that is not listed here is an error of an unknown kind.
 */
#ifndef NEURON_STATUS_H
#define NEURON_STATUS_H

/* NEURON_STATUS(name, value, text) is expanded by whoever needs names, values or texts. */
#define NEURON_STATUS_LIST(NEURON_STATUS)                                                          \
    NEURON_STATUS(OK, 0, "ok")                                                                     \
    NEURON_STATUS(NOTIFIED, 1, "notification bits were delivered, no message")                     \
    NEURON_STATUS(BAD_CALL, -1, "no system call has this number")                                  \
    NEURON_STATUS(BAD_SLOT, -3, "the slot number is beyond the caller's slots")                    \
    NEURON_STATUS(EMPTY_SLOT, -4, "the slot holds no capability")                                  \
    NEURON_STATUS(WRONG_KIND, -5, "the capability is of another kind")                             \
    NEURON_STATUS(NO_RIGHT, -6, "the capability lacks the right")                                  \
    NEURON_STATUS(BAD_TAG, -7, "the message tag is malformed")                                     \
    NEURON_STATUS(TIMEOUT, -8, "the deadline passed")                                              \
    NEURON_STATUS(STALE, -9, "the token names no open call of this task")                          \
    NEURON_STATUS(PEER_DIED, -10, "the server died during the call")                               \
    NEURON_STATUS(PEER_RESTARTED, -11,                                                             \
                  "the server ended since the last call; this one was not sent")                   \
    NEURON_STATUS(PEER_GONE, -12, "the server was given up")                                       \
    NEURON_STATUS(BAD_BITS, -13, "the notification bits are none or not granted")                  \
    NEURON_STATUS(BAD_TASK, -14, "no task has this index")                                         \
    NEURON_STATUS(BAD_STATE, -15, "the task's state does not allow this")                          \
    NEURON_STATUS(NOT_RESET, -16, "the task's memory is not fully reset")                          \
    NEURON_STATUS(BAD_LENGTH, -17, "the line is empty or too long")                                \
    NEURON_STATUS(BAD_INDEX, -18, "there is nothing with this index")                              \
    NEURON_STATUS(DROPPED, -19, "the console ring is full; the line was dropped and counted")      \
    NEURON_STATUS(OCCUPIED, -20, "the slot already holds a capability")                            \
    NEURON_STATUS(UNDECLARED, -21, "the table allows nothing in this slot")                        \
    NEURON_STATUS(OUTSIDE_WINDOWS, -22, "no device window of the platform begins here")            \
    NEURON_STATUS(OWNED, -23, "somebody already holds this device window")                         \
    NEURON_STATUS(WRONG_CLASS, -24, "the device in this window is not of this class")              \
    NEURON_STATUS(BEYOND_CLASS, -25, "the table allows a device of another class here")            \
    NEURON_STATUS(BEYOND_BOUNDS, -26, "the table does not allow this window here")                 \
    NEURON_STATUS(BEYOND_RIGHTS, -27, "the table does not allow these rights here")                \
    NEURON_STATUS(MAPPED, -28, "the window is still mapped through this capability")               \
    NEURON_STATUS(EXECUTABLE, -29, "device memory is never executable")                            \
    NEURON_STATUS(BAD_PROT, -30, "the protection is neither R nor RW")                             \
    NEURON_STATUS(UNALIGNED_ADDRESS, -31, "the address is not the beginning of a page")            \
    NEURON_STATUS(UNALIGNED_OFFSET, -32, "the offset is not the beginning of a page")              \
    NEURON_STATUS(OUTSIDE_WINDOW, -33, "the offset lies beyond the device window")                 \
    NEURON_STATUS(OUTSIDE_ARENA, -34, "the address lies outside the task's device arena")          \
    NEURON_STATUS(ALREADY_MAPPED, -35, "the address, or this page of the device, is mapped")       \
    NEURON_STATUS(NOT_MAPPED, -36, "nothing is mapped at this address")                            \
    NEURON_STATUS(NO_INTERRUPT, -37, "the device has no interrupt line")                           \
    NEURON_STATUS(NOT_CLAIMED, -38, "no interrupt of the device waits to be acknowledged")         \
    NEURON_STATUS(BAD_REGISTER, -39, "this register of the device is not for its owner to write")  \
    NEURON_STATUS(BAD_VALUE, -40, "this value must not be written to the register")                \
    NEURON_STATUS(STUCK, -41, "the device does not reset")                                         \
    NEURON_STATUS(BAD_QUEUE, -42, "the device has no such queue")                                  \
    NEURON_STATUS(BAD_SIZE, -43, "the size is no power of two or more than the queue can have")    \
    NEURON_STATUS(QUEUE_SET_UP, -44, "the queue is set up already; a reset of the device ends it") \
    NEURON_STATUS(NOT_LIVE, -45, "the queue is not set up or the device is not started")           \
    NEURON_STATUS(IN_FLIGHT, -46, "the device still uses one of these descriptors")                \
    NEURON_STATUS(BAD_DESCRIPTOR, -47, "the descriptor is malformed or has no bytes")              \
    NEURON_STATUS(OUTSIDE_REGION, -48, "the descriptor reaches beyond the DMA region")

#define NEURON_STATUS_ENUM(name, value, text) NEURON_##name = (value),
enum neuron_status { NEURON_STATUS_LIST(NEURON_STATUS_ENUM) };
#undef NEURON_STATUS_ENUM

#endif
