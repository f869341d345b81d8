/* logd's end in the middle of a record: the place is taken and half filled, and nothing says so yet. */
#include "mortal_logd.nexus.h"

#include "crash.h"
#include "journal.h"

#include <string.h>

int cut_record(struct nexus_client client)
{
    struct journal_record *record = journal_begin();

    record->sender = client.task;
    memset(record->message, 'h', sizeof(record->message)); /* not even terminated */
    crash();
}

int cut_audit(struct nexus_client client)
{
    struct journal_audit *audit = journal_audit_begin();

    audit->sender = client.task;
    memset(audit->target, 'h', sizeof(audit->target));
    crash();
}
