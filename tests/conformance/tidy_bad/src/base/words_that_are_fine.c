/* A longer word that holds a banned one. */
const char *l1_name = "journal.XXXXXX"; /* HACKNEY */
