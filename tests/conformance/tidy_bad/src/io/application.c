/* An include that the table refuses. */
#include "app/loop.h"
