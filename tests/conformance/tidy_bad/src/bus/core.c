/* An include that the table refuses. */
#include "engine/engine.h"
