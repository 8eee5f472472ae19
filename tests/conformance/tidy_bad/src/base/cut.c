/* No newline at its end. */
int l1_x;