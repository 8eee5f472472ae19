/* A space at the end of a line. */
int l1_x; 
