/* An include that the table allows. */
#include "venue/simulated/venue_simulated.h"
