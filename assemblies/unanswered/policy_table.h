/* Every policyd gets the policy in this form. */
#include "../../components/policyd/policy_table.h"
