/* An include that the table refuses. */
#include "journal/writer.h"
