/* No guard. */
int l1_x;
