/* tests/conformance/purity_bad/starts_with_state.c: what the purity test must find: state that
 * does not begin as zero lies in another section. */
int l1_impure_next(void);

int l1_impure_next(void)
{
    static int next = 7;
    next += 1;
    return next;
}
