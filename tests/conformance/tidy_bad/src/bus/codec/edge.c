/* An include that the table refuses. */
#include "bus/bus_adapter.h"
