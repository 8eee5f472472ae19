/* A name that says nothing. */
int l1_x;
