/* An unfinished thing. */
int l1_x; /* HACK: later */
