/* An include that the table refuses. */
#include "risk/exposure.h"
