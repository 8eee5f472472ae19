/* An include that the table refuses. */
#include "decision/decision.h"
