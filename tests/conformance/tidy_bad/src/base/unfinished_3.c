/* An unfinished thing. */
int l1_x; /* XXX: later */
