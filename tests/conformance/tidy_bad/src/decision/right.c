/* An include that the table refuses. */
#include "executor/executor.h"
