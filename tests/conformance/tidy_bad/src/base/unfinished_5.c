/* An unfinished thing. */
int l1_x; /* Not Implemented: later */
