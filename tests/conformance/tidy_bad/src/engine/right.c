/* An include that the table refuses. */
#include "system/system.h"
