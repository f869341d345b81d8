/* Tests of statefsd over disks that die and fail: each begins with fresh(). */
#ifndef STATEFSD_DISK_H
#define STATEFSD_DISK_H

void many_writes_are_under_way(void **state);
void deaths_of_virtioblkd_are_not_noticed(void **state);
void lost_requests_are_repeated(void **state);
void flush_follows_what_was_repeated(void **state);
void failed_write_makes_it_read_only(void **state);
void virtioblkd_that_is_wrong_is_not_believed(void **state);
void failed_read_is_an_error_of_one_call(void **state);
void damage_is_told_and_not_served(void **state);

#endif
