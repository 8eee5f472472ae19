/* An include that the table refuses. */
#include "risk/risk_guard.h"
