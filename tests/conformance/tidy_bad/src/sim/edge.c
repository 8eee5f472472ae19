/* An include that the table refuses. */
#include "io/clock.h"
