/* A tab. */
int l1_f(void)
{
	return 0;
}
