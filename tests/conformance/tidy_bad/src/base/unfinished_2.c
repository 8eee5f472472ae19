/* An unfinished thing. */
int l1_x; /* FIXME: later */
