int l1_x;
