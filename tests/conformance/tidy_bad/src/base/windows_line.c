/* A carriage return. */
int l1_x;
