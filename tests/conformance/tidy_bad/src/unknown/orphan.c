/* A folder that the table does not know. */
#include "base/assert.h"
