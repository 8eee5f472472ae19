/* tests/unit/io/test_line_source.c: lines out of files of every packing, whole and broken. */
#include "io/line_source.h"

#include "unit/io/files.h"

enum { LINES = 60000, TEXT_BYTES = 4 << 20 };

/* Lines of different lengths that do not pack well, over several buffers. */
static size_t make_text(char *text, size_t lines)
{
    size_t size = 0;
    uint64_t random = 1;
    for (size_t i = 0; i < lines; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size += (size_t)snprintf(text + size, TEXT_BYTES - size, "%zu,%llu%.*s\n", i,
                                 (unsigned long long)random, (int)(random >> 61), "abcdefgh");
    }
    return size;
}

/* Reads to the end; puts the lines together again, each with an LF. */
static l1_status read_all(const char *path, char *text, size_t *size, l1_diag *diag)
{
    l1_line_source *source = NULL;
    const char *line = NULL;
    size_t length = 0;
    *size = 0;
    l1_result read = l1_line_source_open(path, &source, diag);
    while (read.code == L1_OK) {
        read = l1_line_source_next(source, &line, &length, diag);
        if (read.code != L1_OK) break;
        CHECK(*size + length + 1 < TEXT_BYTES);
        memcpy(text + *size, line, length);
        *size += length;
        text[(*size)++] = '\n';
    }
    l1_line_source_close(source);
    return read.code;
}

static void test_line_source__reads_the_same_lines_from_every_packing(void **state)
{
    (void)state;
    static char text[TEXT_BYTES], got[TEXT_BYTES];
    const size_t size = make_text(text, LINES);
    CHECK(size > (1 << 20));
    for (packing how = PLAIN; how < PACKINGS; how++) {
        folder in;
        l1_diag diag = {0};
        size_t got_size = 0;
        folder_make(&in);
        const char *path = write_packed(&in, "lines", how, "entry", text, size);
        assert_int_equal(read_all(path, got, &got_size, &diag), L1_IO_END);
        if (got_size != size || memcmp(got, text, size) != 0) {
            fail_msg("%s: other lines", packing_names[how]);
        }
        folder_remove(&in);
    }
}

static void test_line_source__ends_lines_at_lf_and_cr_lf(void **state)
{
    (void)state;
    static const struct {
        const char *text, *lines; /* expected, each ended by LF */
    } rows[] = {
        {"", ""},
        {"\n", "\n"},
        {"\r\n", "\n"},
        {"a", "a\n"},
        {"a\n", "a\n"},
        {"a\r\n", "a\n"},
        {"a\r", "a\n"},
        {"a\r\r\n", "a\r\n"},
        {"a\rb\n", "a\rb\n"},
        {"\n\na", "\n\na\n"},
        {"a\nb\r\nc", "a\nb\nc\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char got[TEXT_BYTES];
        folder in;
        l1_diag diag = {0};
        size_t size = 0;
        folder_make(&in);
        const char *path = write_text(&in, "lines", rows[i].text);
        assert_int_equal(read_all(path, got, &size, &diag), L1_IO_END);
        got[size] = '\0';
        assert_string_equal(got, rows[i].lines);
        folder_remove(&in);
    }
}

static void test_line_source__reads_the_entries_of_a_zip_one_after_the_other(void **state)
{
    (void)state;
    static const zip_entry entries[] = {
        {"months/", ""},
        {"months/one.csv", "a\nb"},
        {"months/two.csv", ""},
        {"months/three.csv", "c\n"},
    };
    static const struct {
        const char *line, *entry;
        uint64_t number;
    } want[] = {
        {"a", "months/one.csv", 1},
        {"b", "months/one.csv", 2},
        {"c", "months/three.csv", 1},
    };
    folder in;
    l1_diag diag = {0};
    l1_line_source *source = NULL;
    const char *line = NULL;
    size_t size = 0;
    folder_make(&in);
    const char *path = write_zip(&in, "lines.zip", entries, 4);
    assert_int_equal(l1_line_source_open(path, &source, &diag).code, L1_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(l1_line_source_next(source, &line, &size, &diag).code, L1_OK);
        assert_int_equal(size, strlen(want[i].line));
        assert_memory_equal(line, want[i].line, size);
        assert_string_equal(l1_line_source_entry(source), want[i].entry);
        assert_int_equal(l1_line_source_number(source), want[i].number);
    }
    assert_int_equal(l1_line_source_next(source, &line, &size, &diag).code, L1_IO_END);
    assert_int_equal(l1_line_source_next(source, &line, &size, &diag).code, L1_IO_END);
    l1_line_source_close(source);
    folder_remove(&in);
}

/* Whatever is cut off or flipped, an end without an error means every line came as it was. */
static void check_damaged(const char *path, packing how, size_t at, const char *text, size_t size)
{
    static char got[TEXT_BYTES];
    l1_diag diag = {0};
    size_t got_size = 0;
    const l1_status status = read_all(path, got, &got_size, &diag);
    if (status == L1_IO_END) {
        if (got_size == size && memcmp(got, text, size) == 0) return;
        fail_msg("%s damaged at %zu: ended after %zu of %zu bytes", packing_names[how], at,
                 got_size, size);
    }
    CHECK(status == L1_IO_READ || status == L1_IO_OPEN);
    CHECK(strstr(diag.text, path) != NULL);
}

static void test_line_source__tells_an_archive_that_was_cut(void **state)
{
    (void)state;
    static char text[TEXT_BYTES], bytes[TEXT_BYTES];
    const size_t size = make_text(text, 100);
    for (packing how = GZ; how < PACKINGS; how++) {
        folder in;
        folder_make(&in);
        const size_t packed =
            read_bytes(write_packed(&in, "whole", how, "entry", text, size), bytes, sizeof bytes);
        for (size_t cut = 40; cut < packed; cut += cut + 40 < packed ? 37 : 1) {
            check_damaged(write_bytes(&in, "cut", bytes, cut), how, cut, text, size);
        }
        folder_remove(&in);
    }
}

static void test_line_source__tells_an_archive_whose_content_was_changed(void **state)
{
    (void)state;
    static char text[TEXT_BYTES], bytes[TEXT_BYTES];
    const size_t size = make_text(text, 100);
    /* Not GZ: libarchive does not check its CRC. Not ZST: its writer adds no checksum. */
    static const packing checked[] = {XZ, BZ2, ZIP};
    for (size_t i = 0; i < sizeof checked / sizeof checked[0]; i++) {
        const packing how = checked[i];
        folder in;
        folder_make(&in);
        const size_t packed =
            read_bytes(write_packed(&in, "whole", how, "entry", text, size), bytes, sizeof bytes);
        for (size_t at = 100; at + 200 < packed; at += 17) {
            bytes[at] = (char)(bytes[at] ^ 0x10);
            check_damaged(write_bytes(&in, "changed", bytes, packed), how, at, text, size);
            bytes[at] = (char)(bytes[at] ^ 0x10);
        }
        folder_remove(&in);
    }
}

static void test_line_source__counts_a_line_that_is_too_long_and_goes_on(void **state)
{
    (void)state;
    static const size_t lengths[] = {
        L1_LINE_BYTES_MAX - 1, L1_LINE_BYTES_MAX, L1_LINE_BYTES_MAX + 1,
        (1 << 18) - 1,         1 << 18,           1000000};
    static char text[TEXT_BYTES];
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        folder in;
        l1_diag diag = {0};
        l1_line_source *source = NULL;
        const char *line = NULL;
        size_t size = 0;
        folder_make(&in);
        memset(text, 'x', lengths[i]);
        memcpy(text, "begin", 5);
        memcpy(text + lengths[i], "\nnext\n", 6);
        const char *path = write_bytes(&in, "long", text, lengths[i] + 6);
        assert_int_equal(l1_line_source_open(path, &source, &diag).code, L1_OK);
        assert_int_equal(l1_line_source_next(source, &line, &size, &diag).code, L1_OK);
        assert_int_equal(size, lengths[i]);
        const size_t kept = size < L1_LINE_BYTES_MAX ? size : L1_LINE_BYTES_MAX;
        assert_memory_equal(line, text, kept);
        assert_int_equal(l1_line_source_next(source, &line, &size, &diag).code, L1_OK);
        assert_int_equal(size, 4);
        assert_memory_equal(line, "next", 4);
        assert_int_equal(l1_line_source_number(source), 2);
        l1_line_source_close(source);
        folder_remove(&in);
    }
}

static void test_line_source__names_a_file_that_cannot_be_opened(void **state)
{
    (void)state;
    l1_diag diag = {0};
    l1_line_source *source = NULL;
    assert_int_equal(l1_line_source_open("/no/such.csv", &source, &diag).code, L1_IO_OPEN);
    CHECK(strstr(diag.text, "/no/such.csv") != NULL);
    CHECK(source == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_source__reads_the_same_lines_from_every_packing),
        cmocka_unit_test(test_line_source__ends_lines_at_lf_and_cr_lf),
        cmocka_unit_test(test_line_source__reads_the_entries_of_a_zip_one_after_the_other),
        cmocka_unit_test(test_line_source__tells_an_archive_that_was_cut),
        cmocka_unit_test(test_line_source__tells_an_archive_whose_content_was_changed),
        cmocka_unit_test(test_line_source__counts_a_line_that_is_too_long_and_goes_on),
        cmocka_unit_test(test_line_source__names_a_file_that_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
