/* An include that the table refuses. */
#include "domain/signal.h"
