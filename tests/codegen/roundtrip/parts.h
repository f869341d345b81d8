/* The parts of the round-trip test; each starts from a fresh state. */
#ifndef PARTS_H
#define PARTS_H

void values(void);
void bounds(void);
void malformed_requests(void);
void malformed_replies(void);
void errors(void);
void events_and_dataports(void);
void interrupts(void);
void deferred(void);
void bulk(void);
void abandoned(void);

#endif
