/* An unfinished thing. */
int l1_x; /* placeholder: later */
