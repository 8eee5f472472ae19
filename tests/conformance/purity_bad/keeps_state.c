/* tests/conformance/purity_bad/keeps_state.c: what the purity test must find in a core archive. */
int l1_impure_count(void);

int l1_impure_count(void)
{
    static int calls;
    calls += 1;
    return calls;
}
