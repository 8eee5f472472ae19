/* An include that does not start at src/. */
#include "exposure.h"
