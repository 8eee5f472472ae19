/* tests/unit/base/test_status.c: refusals, the arena, and assertions that end the process. */
#include "testlib/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/status.h"

static void test_status__has_a_text_for_every_number(void **state)
{
    (void)state;
#define X(name, number, text)                                                                      \
    CHECK(L1_##name == (number));                                                                  \
    assert_string_equal(l1_status_text(L1_##name), (text));
    L1_STATUS_MAP(X)
#undef X
    assert_string_equal(l1_status_text((l1_status)9999), "unknown status");
}

static void test_refuse__fills_the_diagnosis_and_cuts_what_is_too_long(void **state)
{
    (void)state;
    l1_diag diag = {.offset = 7, .line = 3};
    CHECK(l1_refuse(&diag, L1_INPUT_FIELD, "qty", "limit %d", 5).code == L1_INPUT_FIELD);
    assert_string_equal(diag.field, "qty");
    assert_string_equal(diag.text, "limit 5");
    CHECK(diag.offset == 7 && diag.line == 3); /* the place is the caller's */
    CHECK(l1_refuse(NULL, L1_USAGE, NULL, "x").code == L1_USAGE);
    CHECK(l1_refuse(&diag, L1_USAGE, NULL, "x").code == L1_USAGE);
    assert_string_equal(diag.field, "");
    char name[sizeof diag.text + 100];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(l1_refuse(&diag, L1_USAGE, name, "%s", name).code == L1_USAGE);
    CHECK(strlen(diag.field) == sizeof diag.field - 1);
    CHECK(strlen(diag.text) == sizeof diag.text - 1);
    CHECK(l1_refuse(&diag, L1_USAGE, diag.field, "same").code == L1_USAGE);
    CHECK(strlen(diag.field) == sizeof diag.field - 1);
}

static l1_result tried(l1_status status)
{
    L1_TRY(L1_FAILURE(status));
    return L1_FAILURE(L1_LIMIT_FULL);
}

static void test_try__returns_failures_and_goes_on_after_success(void **state)
{
    (void)state;
    CHECK(tried(L1_IO_READ).code == L1_IO_READ);
    CHECK(tried(L1_OK).code == L1_LIMIT_FULL);
}

/* Runs `action` in a child; its stderr goes to `message`. True when it was aborted. */
static bool aborts(void (*action)(void), char *message, size_t capacity)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        action();
        _exit(0);
    }
    close(ends[1]);
    const ssize_t size = read(ends[0], message, capacity - 1);
    message[size > 0 ? size : 0] = '\0';
    close(ends[0]);
    int outcome = 0;
    CHECK(waitpid(child, &outcome, 0) == child);
    return WIFSIGNALED(outcome) && WTERMSIG(outcome) == SIGABRT;
}

_Alignas(64) static uint8_t block[256];
static l1_arena arena;

static void claim_something_false(void)
{
    L1_ASSERT(1 + 1 == 3);
}
static void claim_something_true(void)
{
    L1_ASSERT(1 + 1 == 2);
}
static void take_after_the_seal(void)
{
    arena.sealed = true;
    (void)l1_arena_take(&arena, 1);
}
static void take_one_byte_too_many(void)
{
    (void)l1_arena_take(&arena, 65);
}
static void take_all_that_is_left(void)
{
    (void)l1_arena_take(&arena, 64);
}
static void panic_with_a_very_long_claim(void)
{
    char claim[2000];
    memset(claim, 'c', sizeof claim);
    claim[sizeof claim - 1] = '\0';
    l1_panic(claim, "file.c", 2147483647);
}

static void test_assert__ends_the_process_and_names_claim_and_place(void **state)
{
    (void)state;
    char message[1024];
    CHECK(aborts(claim_something_false, message, sizeof message));
    CHECK(strstr(message, "1 + 1 == 3") != NULL);
    CHECK(strstr(message, "test_status.c:") != NULL);
    CHECK(message[strlen(message) - 1] == '\n');
    CHECK(!aborts(claim_something_true, message, sizeof message));
    CHECK(aborts(panic_with_a_very_long_claim, message, sizeof message));
    CHECK(strstr(message, "file.c:2147483647: ccc") != NULL);
}

static void test_arena__gives_aligned_memory_up_to_its_capacity(void **state)
{
    (void)state;
    CHECK(l1_arena_cost(0) == 0);
    CHECK(l1_arena_cost(1) == 64);
    CHECK(l1_arena_cost(64) == 64);
    CHECK(l1_arena_cost(65) == 128);
    arena = (l1_arena){.base = block, .capacity = sizeof block};
    CHECK(l1_arena_take(&arena, 1) == block);
    CHECK(l1_arena_take(&arena, 65) == block + 64);
    CHECK(arena.used == 192);
    char message[1024];
    CHECK(!aborts(take_all_that_is_left, message, sizeof message));
    CHECK(aborts(take_one_byte_too_many, message, sizeof message));
    CHECK(aborts(take_after_the_seal, message, sizeof message));
    CHECK(strstr(message, "sealed") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status__has_a_text_for_every_number),
        cmocka_unit_test(test_refuse__fills_the_diagnosis_and_cuts_what_is_too_long),
        cmocka_unit_test(test_try__returns_failures_and_goes_on_after_success),
        cmocka_unit_test(test_assert__ends_the_process_and_names_claim_and_place),
        cmocka_unit_test(test_arena__gives_aligned_memory_up_to_its_capacity),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
