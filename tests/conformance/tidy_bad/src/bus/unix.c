/* An include that the table allows. */
#include "bus/codec/codec.h"
