/* An include that the table allows. */
#include "features/indicators.h"
