/* An include that the table allows. */
#include "journal/reader.h"
