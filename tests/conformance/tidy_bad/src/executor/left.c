/* An include that the table allows. */
#include "decision/decision.h"
