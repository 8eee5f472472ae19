/* An include that the table refuses. */
#include "venue/simulated/venue_simulated.h"
