/* An include that the table refuses. */
#include "config/config.h"
