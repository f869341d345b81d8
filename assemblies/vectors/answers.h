/* Known answers of Ed25519, SHA-512 and SHA-256. */
#ifndef ANSWERS_H
#define ANSWERS_H

/* What is not as it has to be; NULL if all is. */
const char *wrong_answer(void);

#endif
