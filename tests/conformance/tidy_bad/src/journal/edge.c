/* An include that the table allows. */
#include "bus/bus_adapter.h"
