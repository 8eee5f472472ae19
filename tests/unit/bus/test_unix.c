/* The unix bus on real sockets. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "bus_probe.h"

static char folder[] = "/tmp/l1_bus_XXXXXX";
static char path[64], address[80];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/bus", folder);
    snprintf(address, sizeof address, "unix:%s", path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path); /* after a failed test */
    return rmdir(folder);
}

static int dial(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(fd, (const struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

static void say(int fd, const char *text)
{
    CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

/* A client that is known to the bus under the returned id. */
static uint32_t join(probe *p, int *fd)
{
    const uint64_t before = p->lines;
    *fd = dial();
    say(*fd, "hello\n");
    UNTIL(p, p->lines == before + 1);
    return p->last_client;
}

/* Adds what has arrived to `text`. */
static size_t hear(int fd, char *text, size_t size, size_t capacity)
{
    const ssize_t got = recv(fd, text + size, capacity - 1 - size, MSG_DONTWAIT);
    if (got > 0) size += (size_t)got;
    text[size] = '\0';
    return size;
}

static void test_unix__carries_lines_of_two_clients_and_publishes_by_topic(void **state)
{
    (void)state;
    static probe p;
    int a, b;
    probe_open(&p, address, (l1_bus_options){0});
    const uint32_t id_a = join(&p, &a);
    const uint32_t id_b = join(&p, &b);
    CHECK(id_a != id_b && id_a != 0 && id_b != 0);
    say(a, "from ");
    say(b, "other\nlast of b");
    say(a, "a\n");
    shutdown(b, SHUT_WR);
    UNTIL(&p, p.lines == 5 && p.ends == 1);
    p.log[p.log_size] = '\0';
    CHECK(strstr(p.log, "|1:2:from a|"));
    CHECK(strstr(p.log, "|2:2:other|") && strstr(p.log, "|2:3:last of b|"));

    CHECK(!l1_bus_is_heard(p.bus, L1_BUS_REPORTS));
    l1_bus_subscribe(p.bus, id_a, L1_BUS_BIT(L1_BUS_REPORTS), true);
    l1_bus_subscribe(p.bus, id_b, L1_BUS_BIT(L1_BUS_REPORTS) | L1_BUS_BIT(L1_BUS_ALERTS), true);
    CHECK(l1_bus_is_heard(p.bus, L1_BUS_REPORTS) && !l1_bus_is_heard(p.bus, L1_BUS_METRICS));
    l1_bus_publish(p.bus, L1_BUS_REPORTS, 1, "r1", 2);
    l1_bus_publish(p.bus, L1_BUS_ALERTS, 2, "a2", 2);
    l1_bus_publish(p.bus, L1_BUS_METRICS, 3, "m3", 2);
    l1_bus_subscribe(p.bus, id_a, L1_BUS_BIT(L1_BUS_REPORTS), false);
    l1_bus_publish(p.bus, L1_BUS_REPORTS, 4, "r4", 2);
    CHECK(l1_bus_send(p.bus, id_a, "ack", 3));
    CHECK(!l1_bus_send(p.bus, 77, "ack", 3));
    static char heard_a[64], heard_b[64];
    size_t size_a = 0, size_b = 0;
    UNTIL(&p, (size_a = hear(a, heard_a, size_a, 64)) >= 7);
    UNTIL(&p, (size_b = hear(b, heard_b, size_b, 64)) >= 9); /* half closed: still served */
    assert_string_equal(heard_a, "r1\nack\n");
    assert_string_equal(heard_b, "r1\na2\nr4\n");

    l1_bus_disconnect(p.bus, id_b);
    UNTIL(&p, p.gone == 1 && p.gone_client == id_b);
    close(a);
    UNTIL(&p, p.gone == 2 && p.gone_client == id_a);
    probe_close(&p);
    close(b);
    CHECK(access(path, F_OK) != 0);
}

static void test_unix__reads_what_a_client_left_behind_even_if_paused_meanwhile(void **state)
{
    (void)state;
    static probe p;
    int a;
    probe_open(&p, address, (l1_bus_options){0});
    const uint32_t id = join(&p, &a);
    CHECK(l1_bus_send(p.bus, id, "unread", 6));
    probe_turn(&p);
    l1_bus_pause(p.bus);
    say(a, "one\ntwo\nthree");
    close(a); /* with unread bytes: a reset, not an end */
    for (int i = 0; i < 5; i++) probe_turn(&p);
    CHECK(p.lines == 1 && p.gone == 0);
    p.pause_at = 2;
    l1_bus_resume(p.bus);
    UNTIL(&p, p.lines == 2);
    for (int i = 0; i < 5; i++) probe_turn(&p);
    CHECK(p.lines == 2 && p.gone == 0);
    l1_bus_resume(p.bus);
    UNTIL(&p, p.gone == 1);
    CHECK(p.lines == 4 && p.ends == 1);
    probe_close(&p);
}

static void test_unix__does_not_spin_on_a_half_closed_or_paused_client(void **state)
{
    (void)state;
    static probe p;
    int a, b;
    probe_open(&p, address, (l1_bus_options){0});
    join(&p, &a);
    join(&p, &b);
    shutdown(a, SHUT_WR);
    UNTIL(&p, p.ends == 1);
    l1_bus_pause(p.bus);
    say(b, "waits\n");
    close(b);
    for (int i = 0; i < 5; i++) probe_turn(&p);
    for (int i = 0; i < 3; i++) { /* a turn has to wait for its timer, not return at once */
        const uint64_t from = uv_hrtime();
        uv_timer_t timer;
        uv_update_time(&p.loop);
        uv_timer_init(&p.loop, &timer);
        uv_timer_start(&timer, probe_tick, 20, 20);
        uv_run(&p.loop, UV_RUN_ONCE);
        CHECK(uv_hrtime() - from > 15000000);
        uv_close((uv_handle_t *)&timer, NULL);
        uv_run(&p.loop, UV_RUN_NOWAIT);
    }
    l1_bus_resume(p.bus);
    UNTIL(&p, p.gone == 1);
    CHECK(p.lines == 3);
    probe_close(&p);
    close(a);
}

static void test_unix__tells_a_slow_subscriber_its_gap_and_serves_the_others(void **state)
{
    (void)state;
    enum { LINES = 2000, WIDTH = 999 };
    static probe p;
    int slow, fast;
    probe_open(&p, address, (l1_bus_options){.client_bytes_max = 100000});
    const uint32_t id_slow = join(&p, &slow);
    const uint32_t id_fast = join(&p, &fast);
    l1_bus_subscribe(p.bus, id_slow, L1_BUS_BIT(L1_BUS_REPORTS), true);
    l1_bus_subscribe(p.bus, id_fast, L1_BUS_BIT(L1_BUS_REPORTS), true);
    static char line[WIDTH + 1], heard[(WIDTH + 1) * LINES + 1];
    size_t size = 0;
    for (uint64_t seq = 1; seq <= LINES; seq++) {
        snprintf(line, sizeof line, "%0*d", WIDTH, (int)seq);
        l1_bus_publish(p.bus, L1_BUS_REPORTS, seq, line, WIDTH);
        l1_bus_publish(p.bus, L1_BUS_ALERTS, seq, line, WIDTH); /* not subscribed: no gap */
        if (seq % 20 == 0) probe_turn(&p);
        size = hear(fast, heard, size, sizeof heard);
    }
    UNTIL(&p, (size = hear(fast, heard, size, sizeof heard)) == (size_t)(WIDTH + 1) * LINES);
    CHECK(strstr(heard, "gap") == NULL);
    CHECK(!l1_bus_send(p.bus, id_slow, line, WIDTH) && p.drained == 0);

    size = 0;
    heard[0] = '\0';
    for (unsigned i = 0; i < 3000 && !strstr(heard + (size > 200 ? size - 200 : 0), "}\n"); i++) {
        size = hear(slow, heard, size, sizeof heard);
        probe_turn(&p);
    }
    const char *gap = strstr(heard, "{\"topic\":\"gap\"");
    CHECK(gap && p.drained == 1);
    const uint64_t whole = (uint64_t)(gap - heard) / (WIDTH + 1);
    CHECK((uint64_t)(gap - heard) == whole * (WIDTH + 1) && whole > 100 && whole < LINES);
    char want[96];
    snprintf(want, sizeof want, "{\"topic\":\"gap\",\"from\":%d,\"to\":%d}\n", (int)whole + 1,
             LINES);
    assert_string_equal(gap, want);

    size = 0;
    l1_bus_publish(p.bus, L1_BUS_REPORTS, LINES + 1, "not heard", 9);
    probe_turn(&p);
    l1_bus_subscribe(p.bus, id_slow, L1_BUS_BIT(L1_BUS_REPORTS), true);
    l1_bus_publish(p.bus, L1_BUS_REPORTS, LINES + 2, "again", 5);
    UNTIL(&p, (size = hear(slow, heard, size, sizeof heard)) >= 6);
    assert_string_equal(heard, "again\n");
    close(slow);
    close(fast);
    UNTIL(&p, p.gone == 2);
    probe_close(&p);
}

static void test_unix__makes_the_socket_private_whatever_the_umask(void **state)
{
    (void)state;
    static const mode_t masks[] = {0, 022, 077};
    for (size_t i = 0; i < 3; i++) {
        const mode_t before = umask(masks[i]);
        static probe p;
        probe_open(&p, address, (l1_bus_options){0});
        umask(before);
        struct stat status;
        CHECK(lstat(path, &status) == 0 && S_ISSOCK(status.st_mode));
        CHECK((status.st_mode & 07777) == 0600);
        probe_close(&p);
        CHECK(access(path, F_OK) != 0);
    }
}

static l1_status open_code(bool lock_held, l1_diag *diag)
{
    static probe p;
    const l1_status code =
        probe_try_open(&p, address, (l1_bus_options){.lock_held = lock_held}, diag).code;
    if (code == L1_OK) probe_close(&p);
    return code;
}

static void leave_stale_socket(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    close(fd);
}

static void test_unix__removes_only_a_dead_socket_and_only_under_the_lock(void **state)
{
    (void)state;
    l1_diag diag = {0};
    leave_stale_socket();
    CHECK(open_code(false, &diag) == L1_IO_LOCKED && strstr(diag.text, "lock is not held"));
    CHECK(access(path, F_OK) == 0);
    CHECK(open_code(true, &diag) == L1_OK);

    static probe live;
    probe_open(&live, address, (l1_bus_options){0});
    CHECK(open_code(true, &diag) == L1_IO_LOCKED && strstr(diag.text, "another process"));
    int a;
    join(&live, &a); /* unharmed */
    close(a);
    CHECK(unlink(path) == 0); /* somebody else's file now: not ours to remove */
    const int file = open(path, O_CREAT | O_WRONLY, 0600);
    close(file);
    probe_close(&live);
    CHECK(access(path, F_OK) == 0);
    CHECK(open_code(true, &diag) == L1_IO_OPEN && strstr(diag.text, "not a socket"));
    CHECK(unlink(path) == 0);
}

static void test_unix__refuses_paths_that_cannot_be_bound(void **state)
{
    (void)state;
    char longest[160] = "unix:";
    for (size_t size = 107; size <= 108; size++) {
        memset(longest + 5, 'x', size);
        memcpy(longest + 5, folder, strlen(folder));
        longest[5 + strlen(folder)] = '/';
        longest[5 + size] = '\0';
        static probe p;
        l1_diag diag = {0};
        const l1_status code = probe_try_open(&p, longest, (l1_bus_options){0}, &diag).code;
        CHECK(code == (size == 107 ? L1_OK : L1_USAGE));
        if (code == L1_OK) {
            probe_close(&p);
        } else {
            CHECK(strstr(diag.text, "108 bytes, at most 107"));
        }
    }
    static probe p;
    l1_diag diag = {0};
    CHECK(probe_try_open(&p, "unix:", (l1_bus_options){0}, &diag).code == L1_USAGE);
    CHECK(probe_try_open(&p, "unix:/nowhere/x", (l1_bus_options){0}, &diag).code == L1_IO_OPEN);
    CHECK(strstr(diag.text, "No such file"));
}

static void test_unix__turns_away_only_the_client_beyond_the_limit(void **state)
{
    (void)state;
    static probe p;
    int fds[L1_BUS_CLIENTS_MAX];
    probe_open(&p, address, (l1_bus_options){0});
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) join(&p, &fds[i]);
    CHECK(p.errors == 0);
    const int beyond = dial();
    UNTIL(&p, p.errors == 1);
    CHECK(p.fatals == 0);
    char byte;
    CHECK(recv(beyond, &byte, 1, 0) == 0);
    close(beyond);
    close(fds[5]);
    UNTIL(&p, p.gone == 1);
    join(&p, &fds[5]);
    for (size_t i = 0; i < L1_BUS_CLIENTS_MAX; i++) close(fds[i]);
    UNTIL(&p, p.gone == L1_BUS_CLIENTS_MAX + 1);
    probe_close(&p);
}

static void test_unix__survives_a_client_that_closed_before_it_is_written_to(void **state)
{
    (void)state;
    static probe p;
    int a;
    probe_open(&p, address, (l1_bus_options){0});
    const uint32_t id = join(&p, &a);
    l1_bus_subscribe(p.bus, id, L1_BUS_BIT(L1_BUS_REPORTS), true);
    close(a);
    for (uint64_t seq = 1; seq <= 3; seq++) l1_bus_publish(p.bus, L1_BUS_REPORTS, seq, "x", 1);
    UNTIL(&p, p.gone == 1);
    CHECK(p.fatals == 0);
    /* One that only stopped reading may still publish. */
    const uint32_t writer = join(&p, &a);
    shutdown(a, SHUT_RD);
    CHECK(l1_bus_send(p.bus, writer, "unheard", 7));
    for (int i = 0; i < 5; i++) probe_turn(&p);
    say(a, "still here\n");
    UNTIL(&p, p.lines == 3);
    close(a);
    UNTIL(&p, p.gone == 2);
    probe_close(&p);
}

static void test_unix__closes_in_time_though_a_client_never_reads(void **state)
{
    (void)state;
    static probe p;
    int a;
    probe_open(&p, address, (l1_bus_options){.close_wait_ms = 30});
    const uint32_t id = join(&p, &a);
    static char line[10000];
    memset(line, 'x', sizeof line);
    while (l1_bus_send(p.bus, id, line, sizeof line)) {
    }
    probe_close(&p);
    CHECK(p.errors == 1 && p.fatals == 0 && strstr(p.error, "not read"));
    close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unix__carries_lines_of_two_clients_and_publishes_by_topic),
        cmocka_unit_test(test_unix__reads_what_a_client_left_behind_even_if_paused_meanwhile),
        cmocka_unit_test(test_unix__does_not_spin_on_a_half_closed_or_paused_client),
        cmocka_unit_test(test_unix__tells_a_slow_subscriber_its_gap_and_serves_the_others),
        cmocka_unit_test(test_unix__makes_the_socket_private_whatever_the_umask),
        cmocka_unit_test(test_unix__removes_only_a_dead_socket_and_only_under_the_lock),
        cmocka_unit_test(test_unix__refuses_paths_that_cannot_be_bound),
        cmocka_unit_test(test_unix__turns_away_only_the_client_beyond_the_limit),
        cmocka_unit_test(test_unix__survives_a_client_that_closed_before_it_is_written_to),
        cmocka_unit_test(test_unix__closes_in_time_though_a_client_never_reads),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
