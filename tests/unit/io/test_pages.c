/* Pages: zeros at first, resident when settled, kept as they were written. */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/pages.h"
#include "testlib/check.h"

/* The thread sanitizer's shadow of each page faults for itself. */
#if defined(__SANITIZE_THREAD__)
#define SHADOWED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHADOWED
#endif
#endif

enum { MIB = 1024 * 1024, SIZE = 5 * MIB + 4321 };

static size_t resident(void *pages, size_t size)
{
    static unsigned char map[SIZE / 4096 + 2];
    const size_t count = (size + 4095) / 4096;
    size_t in_memory = 0;
    CHECK(mincore(pages, size, map) == 0);
    for (size_t i = 0; i < count; i++) in_memory += map[i] & 1;
    return in_memory;
}

static long faults(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_minflt;
}

static void test_pages__are_zero_and_take_no_room_until_they_are_touched(void **state)
{
    (void)state;
    unsigned char *pages = l1_pages_take(SIZE);
    CHECK(pages != NULL);
    CHECK(resident(pages, SIZE) == 0);
    for (size_t i = 0; i < SIZE; i += 997) CHECK(pages[i] == 0);
    l1_pages_free(pages, SIZE);
}

static void test_pages__once_settled_are_all_resident_and_hold_what_was_written(void **state)
{
    (void)state;
    if (sysconf(_SC_PAGESIZE) != 4096) skip();
    unsigned char *pages = l1_pages_take(SIZE);
    CHECK(pages != NULL);
    memset(pages + MIB, 7, 100);
    pages[SIZE - 1] = 9;
    l1_pages_settle(pages, SIZE);
    CHECK(resident(pages, SIZE) == (SIZE + 4095) / 4096);
    const long before = faults();
    CHECK(before > 0);
    for (size_t i = 0; i < SIZE; i += 4096) pages[i] |= 1;
#ifndef SHADOWED
    CHECK(faults() - before < 8); /* of more than a thousand pages */
#endif
    CHECK(pages[MIB] == 7 && pages[MIB + 99] == 7 && pages[MIB + 100] == 0);
    CHECK(pages[SIZE - 1] == 9);
    l1_pages_free(pages, SIZE);
}

static void test_pages__that_cannot_be_had_are_null(void **state)
{
    (void)state;
    CHECK(l1_pages_take((size_t)1 << 60) == NULL);
    l1_pages_free(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages__are_zero_and_take_no_room_until_they_are_touched),
        cmocka_unit_test(test_pages__once_settled_are_all_resident_and_hold_what_was_written),
        cmocka_unit_test(test_pages__that_cannot_be_had_are_null),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
