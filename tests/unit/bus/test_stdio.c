/* The stdio bus on real files, pipes and devices. */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "bus_probe.h"

static char folder[] = "/tmp/l1_bus_XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char path[2][128];
    static unsigned turn;
    turn = (turn + 1) % 2;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int null_output(void)
{
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static int file_with(const char *text, size_t size)
{
    const char *path = in_folder("input");
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0);
    CHECK(write(fd, text, size) == (ssize_t)size);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    unlink(path);
    return fd;
}

static int pipe_with(const char *text, size_t size)
{
    int fds[2];
    CHECK(pipe(fds) == 0);
    CHECK(write(fds[1], text, size) == (ssize_t)size);
    close(fds[1]);
    return fds[0];
}

static void test_stdio__reads_a_file_and_a_pipe_alike(void **state)
{
    (void)state;
    static const char text[] = "first\n\nth\0rd\r\n\xff\xfe\nlast";
    static const char want[] = "0:1:first|0:2:|0:3:th\0rd|0:4:\xff\xfe|0:5:last|";
    for (int kind = 0; kind < 2; kind++) {
        const int in =
            kind == 0 ? file_with(text, sizeof text - 1) : pipe_with(text, sizeof text - 1);
        static probe p;
        const int out = null_output();
        probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
        UNTIL(&p, p.ends == 1);
        CHECK(p.lines == 5 && p.errors == 0);
        CHECK(p.log_size == sizeof want - 1 && memcmp(p.log, want, p.log_size) == 0);
        probe_close(&p);
        CHECK(p.ends == 1);
        close(in);
        close(out);
    }
}

static void test_stdio__skips_an_oversize_line_between_good_ones(void **state)
{
    (void)state;
    static char text[40 + 300000];
    memcpy(text, "good\n", 5);
    memset(text + 5, 'x', 300000);
    memcpy(text + 5 + 300000, "\nbetter\n", 8);
    const int in = file_with(text, 5 + 300000 + 8);
    const int out = null_output();
    static probe p;
    probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
    UNTIL(&p, p.ends == 1);
    CHECK(p.oversizes == 1 && p.oversize_line == 2 && p.oversize_bytes == 300000);
    CHECK(p.lines == 2 && memcmp(p.log, "0:1:good|0:3:better|", 20) == 0);
    probe_close(&p);
    close(in);
    close(out);
}

static void test_stdio__ends_at_once_on_dev_null_and_on_a_closed_descriptor(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        const int in = open("/dev/null", O_RDONLY);
        const int out = null_output();
        static probe p;
        probe_open(&p, "stdio",
                   (l1_bus_options){.input_fd = kind == 0 ? in : 999, .output_fd = out});
        UNTIL(&p, p.ends == 1);
        CHECK(p.lines == 0 && p.errors == 0);
        probe_close(&p);
        close(in);
        close(out);
    }
}

static void test_stdio__tells_why_input_cannot_be_read(void **state)
{
    (void)state;
    const int in = open("/", O_RDONLY | O_DIRECTORY);
    const int out = null_output();
    static probe p;
    probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
    UNTIL(&p, p.ends == 1);
    CHECK(p.errors == 1 && strstr(p.error, "directory"));
    probe_close(&p);
    close(in);
    close(out);
}

/* A pipe whose reader does nothing: input stops; when the reader goes on nothing is missing. */
static void test_stdio__stops_reading_while_stdout_is_full_and_loses_nothing(void **state)
{
    (void)state;
    enum { LINES = 30000, WIDTH = 100 };
    char *text = malloc((size_t)LINES * WIDTH);
    for (size_t i = 0; i < LINES; i++) {
        snprintf(text + i * WIDTH, WIDTH, "%0*zu", WIDTH - 1, i);
        text[i * WIDTH + WIDTH - 1] = '\n';
    }
    const int in = file_with(text, (size_t)LINES * WIDTH);
    int out[2];
    CHECK(pipe(out) == 0);
    static probe p;
    const l1_bus_options options = {
        .input_fd = in, .output_fd = out[1], .backlog_bytes_max = 200000};
    probe_open(&p, "stdio", options);
    p.echo = true;
    UNTIL(&p, l1_bus_backlog(p.bus, 0) > 100000);
    for (int i = 0; i < 20; i++) probe_turn(&p);
    const uint64_t stopped_at = p.lines;
    CHECK(stopped_at < LINES && p.ends == 0);
    CHECK(l1_bus_backlog(p.bus, 0) <= 200000 + WIDTH);
    for (int i = 0; i < 20; i++) probe_turn(&p);
    CHECK(p.lines == stopped_at);
    CHECK((fcntl(out[1], F_GETFL) & O_NONBLOCK) == 0); /* others may share it */

    CHECK(fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
    char *back = malloc((size_t)LINES * WIDTH + 1);
    size_t got = 0;
    for (unsigned idle = 0; got < (size_t)LINES * WIDTH && idle < 5000; idle++) {
        const ssize_t size = read(out[0], back + got, (size_t)LINES * WIDTH + 1 - got);
        if (size > 0) got += (size_t)size;
        probe_turn(&p);
    }
    CHECK(got == (size_t)LINES * WIDTH && memcmp(back, text, got) == 0);
    CHECK(p.lines == LINES && p.drained > 0 && p.errors == 0);
    UNTIL(&p, p.ends == 1);
    probe_close(&p);
    close(in);
    close(out[0]);
    close(out[1]);
    free(text);
    free(back);
}

static void test_stdio__delivers_nothing_after_pause_until_resume(void **state)
{
    (void)state;
    const int in = file_with("a\nb\nc\nd", 7);
    const int out = null_output();
    static probe p;
    probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
    p.pause_at = 2;
    UNTIL(&p, p.lines == 2);
    for (int i = 0; i < 5; i++) probe_turn(&p);
    CHECK(p.lines == 2);
    p.pause_at = 4; /* at the last line: its end waits as well */
    l1_bus_resume(p.bus);
    UNTIL(&p, p.lines == 4);
    for (int i = 0; i < 5; i++) probe_turn(&p);
    CHECK(p.ends == 0);
    l1_bus_resume(p.bus);
    UNTIL(&p, p.ends == 1);
    probe_close(&p);
    close(in);
    close(out);
}

static void test_stdio__reports_a_closed_stdout_once_and_accepts_no_more_lines(void **state)
{
    (void)state;
    static const char *const names[] = {"Broken pipe", "No space left", "Bad file"};
    for (int kind = 0; kind < 3; kind++) {
        int in[2];
        int out[2];
        CHECK(pipe(in) == 0 && pipe(out) == 0);
        close(out[0]);
        if (kind == 1) CHECK(dup2(open("/dev/full", O_WRONLY), out[1]) == out[1]);
        if (kind == 2) CHECK(dup2(open("/dev/null", O_RDONLY), out[1]) == out[1]);
        static probe p;
        probe_open(&p, "stdio", (l1_bus_options){.input_fd = in[0], .output_fd = out[1]});
        p.echo = true;
        CHECK(write(in[1], "one\n", 4) == 4);
        UNTIL(&p, p.errors > 0);
        CHECK(p.fatals == 1 && strstr(p.error, names[kind]) && strstr(p.error, " 4 bytes"));
        CHECK(write(in[1], "two\n", 4) == 4);
        for (int i = 0; i < 5; i++) probe_turn(&p);
        CHECK(p.lines == 1);
        CHECK(!l1_bus_send(p.bus, 0, "x", 1));
        probe_close(&p);
        CHECK(p.errors == 1);
        close(in[0]);
        close(in[1]);
        close(out[1]);
    }
}

static void test_stdio__flushes_at_close_and_tells_what_nobody_read(void **state)
{
    (void)state;
    for (int read_it = 0; read_it < 2; read_it++) {
        const int in = open("/dev/null", O_RDONLY);
        int out[2];
        CHECK(pipe(out) == 0);
        static probe p;
        const l1_bus_options options = {
            .input_fd = in, .output_fd = out[1], .close_wait_ms = read_it ? 60000 : 50};
        probe_open(&p, "stdio", options);
        static char line[1000];
        memset(line, 'x', sizeof line);
        for (uint64_t i = 1; i <= 200; i++) {
            l1_bus_publish(p.bus, L1_BUS_REPORTS, i, line, sizeof line);
        }
        l1_bus_flush_and_close(p.bus, probe_closed, &p);
        l1_bus_flush_and_close(p.bus, probe_closed, &p);
        size_t got = 0;
        CHECK(fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
        for (unsigned i = 0; i < 5000 && p.closed == 0; i++) {
            static char back[65536];
            const ssize_t size = read_it ? read(out[0], back, sizeof back) : 0;
            if (size > 0) got += (size_t)size;
            probe_turn(&p);
        }
        CHECK(p.closed == 1);
        if (read_it) {
            char rest[70000];
            const ssize_t size = read(out[0], rest, sizeof rest);
            CHECK(got + (size > 0 ? (size_t)size : 0) == 200 * 1001 && p.errors == 0);
        } else {
            CHECK(p.fatals == 1 && strstr(p.error, "not written"));
        }
        CHECK(uv_run(&p.loop, UV_RUN_NOWAIT) == 0);
        CHECK(uv_loop_close(&p.loop) == 0);
        close(in);
        close(out[0]);
        close(out[1]);
    }
}

static void test_stdio__writes_a_file_in_order(void **state)
{
    (void)state;
    const int in = file_with("a\nb\nc", 5);
    const int out = file_with("", 0);
    static probe p;
    probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
    p.echo = true;
    UNTIL(&p, p.ends == 1);
    CHECK(l1_bus_send(p.bus, 0, "ack", 3));
    probe_close(&p);
    char text[16];
    CHECK(pread(out, text, sizeof text, 0) == 10 && memcmp(text, "a\nb\nc\nack\n", 10) == 0);
    close(in);
    close(out);
}

/* Printed, not judged: the figure belongs to a quiet machine. */
static void test_stdio__reads_a_long_file_whole(void **state)
{
    (void)state;
    enum { LINES = 300000, WIDTH = 300 };
    char *text = malloc((size_t)LINES * WIDTH);
    memset(text, 'x', (size_t)LINES * WIDTH);
    for (size_t i = 1; i <= LINES; i++) text[i * WIDTH - 1] = '\n';
    const int in = file_with(text, (size_t)LINES * WIDTH);
    const int out = null_output();
    static probe p;
    probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out});
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    UNTIL(&p, p.ends == 1);
    clock_gettime(CLOCK_MONOTONIC, &to);
    const double s = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    print_message("%.1f million lines of 300 bytes a second\n", LINES / s / 1e6);
    CHECK(p.lines == LINES && p.line_bytes == (uint64_t)LINES * (WIDTH - 1));
    probe_close(&p);
    close(in);
    close(out);
    free(text);
}

static void test_bus__refuses_an_address_of_no_known_form(void **state)
{
    (void)state;
    static probe p;
    l1_diag diag = {0};
    CHECK(probe_try_open(&p, "tcp:1", (l1_bus_options){0}, &diag).code == L1_USAGE);
    CHECK(strstr(diag.text, "tcp:1"));
}

static void test_bus__names_topics_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < L1_BUS_TOPICS; i++) {
        const char *name = l1_bus_topic_name((l1_bus_topic)i);
        l1_bus_topic topic;
        CHECK(l1_bus_topic_parse(name, strlen(name), &topic) && topic == i);
    }
    l1_bus_topic topic;
    CHECK(!l1_bus_topic_parse("report", 6, &topic) && !l1_bus_topic_parse("", 0, &topic));
}

/* A reader that takes a little now and then gets everything, however long it takes in all. */
static void test_stdio__waits_at_close_for_a_slow_reader_but_not_for_none(void **state)
{
    (void)state;
    for (int stops = 0; stops < 2; stops++) {
        const int in = open("/dev/null", O_RDONLY);
        int out[2];
        CHECK(pipe(out) == 0);
        CHECK(fcntl(out[0], F_SETFL, O_NONBLOCK) == 0);
        static probe p;
        probe_open(&p, "stdio", (l1_bus_options){.input_fd = in, .output_fd = out[1]});
        static char line[1000];
        memset(line, 'x', sizeof line);
        for (uint64_t i = 1; i <= 300; i++) {
            l1_bus_publish(p.bus, L1_BUS_REPORTS, i, line, sizeof line);
        }
        l1_bus_flush_and_close(p.bus, probe_closed, &p);
        for (unsigned i = 0; i < 100; i++) probe_turn(&p);
        CHECK(p.closed == 0); /* without a limit it waits */
        l1_bus_limit_close(p.bus, 60);
        size_t got = 0;
        for (unsigned i = 0; i < 5000 && p.closed == 0; i++) {
            static char back[8192];
            const bool reads = i % 10 == 0 && !(stops == 1 && got > 40000);
            const ssize_t size = reads ? read(out[0], back, sizeof back) : 0;
            if (size > 0) got += (size_t)size;
            probe_turn(&p);
        }
        CHECK(p.closed == 1);
        CHECK(p.fatals == (unsigned)stops);
        for (ssize_t size = 1; size > 0;) {
            static char rest[65536];
            size = read(out[0], rest, sizeof rest);
            if (size > 0) got += (size_t)size;
        }
        CHECK((got == 300 * 1001) == (stops == 0));
        CHECK(uv_run(&p.loop, UV_RUN_NOWAIT) == 0);
        CHECK(uv_loop_close(&p.loop) == 0);
        close(in);
        close(out[0]);
        close(out[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stdio__reads_a_file_and_a_pipe_alike),
        cmocka_unit_test(test_stdio__skips_an_oversize_line_between_good_ones),
        cmocka_unit_test(test_stdio__ends_at_once_on_dev_null_and_on_a_closed_descriptor),
        cmocka_unit_test(test_stdio__tells_why_input_cannot_be_read),
        cmocka_unit_test(test_stdio__stops_reading_while_stdout_is_full_and_loses_nothing),
        cmocka_unit_test(test_stdio__delivers_nothing_after_pause_until_resume),
        cmocka_unit_test(test_stdio__reports_a_closed_stdout_once_and_accepts_no_more_lines),
        cmocka_unit_test(test_stdio__flushes_at_close_and_tells_what_nobody_read),
        cmocka_unit_test(test_stdio__writes_a_file_in_order),
        cmocka_unit_test(test_stdio__reads_a_long_file_whole),
        cmocka_unit_test(test_bus__refuses_an_address_of_no_known_form),
        cmocka_unit_test(test_bus__names_topics_both_ways),
        cmocka_unit_test(test_stdio__waits_at_close_for_a_slow_reader_but_not_for_none),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
