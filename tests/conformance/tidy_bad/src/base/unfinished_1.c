/* An unfinished thing. */
int l1_x; /* TODO: later */
