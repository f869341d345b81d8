/* Tests of keystored: values of clients. */
#ifndef KEYSTORED_VALUES_TESTS_H
#define KEYSTORED_VALUES_TESTS_H

void values_are_apart_for_each_client(void **state);
void no_key_leads_out_of_the_values_of_the_client(void **state);
void failures_of_values_are_told(void **state);

#endif
