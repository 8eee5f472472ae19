/* bus/line_splitter.h: the lines do not depend on where the blocks are cut. */
#include "bus/line_splitter.h"

#include <stdlib.h>
#include <string.h>

#include "testlib/check.h"

typedef struct {
    char text[65536];
    size_t size;
} transcript;

static void note(transcript *out, l1_line_kind kind, const l1_line *line)
{
    static const char marks[] = {'-', 'T', 'O'};
    out->text[out->size++] = marks[kind];
    out->text[out->size++] = (char)('0' + line->number);
    const size_t size = (size_t)line->size;
    if (kind == L1_LINE_TEXT) memcpy(out->text + out->size, line->text, size);
    if (kind == L1_LINE_TEXT) out->size += size;
    out->text[out->size++] = '|';
}

static void feed(l1_line_splitter *splitter, const char *bytes, size_t size, transcript *out)
{
    const char *at = bytes;
    l1_line line;
    for (;;) {
        const l1_line_kind kind = l1_line_next(splitter, &at, bytes + size, &line);
        if (kind == L1_LINE_NONE) break;
        note(out, kind, &line);
    }
    CHECK(at == bytes + size);
}

static void split_at(const char *bytes, size_t size, size_t cut, size_t cut_2, transcript *out)
{
    static l1_line_splitter splitter;
    memset(&splitter, 0, sizeof splitter);
    out->size = 0;
    feed(&splitter, bytes, cut, out);
    feed(&splitter, bytes + cut, cut_2 - cut, out);
    feed(&splitter, bytes + cut_2, size - cut_2, out);
    l1_line line;
    const l1_line_kind kind = l1_line_last(&splitter, &line);
    if (kind != L1_LINE_NONE) note(out, kind, &line);
    CHECK(l1_line_last(&splitter, &line) == L1_LINE_NONE);
}

static void test_line_splitter__gives_the_same_lines_wherever_the_blocks_are_cut(void **state)
{
    (void)state;
    static const char bytes[] = "one\r\n\ntwo\0x\r\r\n\r\nthr\ree\n\xff\xfe\x80\nlast\r";
    static const char want[] = "T1one|T2|T3two\0x\r|T4|T5thr\ree|T6\xff\xfe\x80|T7last|";
    const size_t size = sizeof bytes - 1;
    static transcript out;
    for (size_t cut = 0; cut <= size; cut++) {
        for (size_t cut_2 = cut; cut_2 <= size; cut_2++) {
            split_at(bytes, size, cut, cut_2, &out);
            CHECK(out.size == sizeof want - 1);
            CHECK(memcmp(out.text, want, out.size) == 0);
        }
    }
}

static void test_line_splitter__refuses_only_lines_longer_than_the_limit(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *ending;
        l1_line_kind want;
    } rows[] = {
        {16383, "\n", L1_LINE_TEXT},       {16384, "\n", L1_LINE_TEXT},
        {16385, "\n", L1_LINE_OVERSIZE},   {16384, "\r\n", L1_LINE_TEXT},
        {16385, "\r\n", L1_LINE_OVERSIZE}, {16384, "", L1_LINE_TEXT},
        {16385, "", L1_LINE_OVERSIZE},     {16384, "\r", L1_LINE_TEXT},
        {100000, "\n", L1_LINE_OVERSIZE},  {100000, "\r\n", L1_LINE_OVERSIZE},
    };
    static const size_t steps[] = {1, 7, 16384, 16385, 16386, 200000};
    static l1_line_splitter splitter;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
            memset(&splitter, 0, sizeof splitter);
            const size_t ending = strlen(rows[r].ending);
            const size_t total = 5 + rows[r].size + ending;
            char *bytes = malloc(total);
            memcpy(bytes, "good\n", 5);
            memset(bytes + 5, 'x', rows[r].size);
            memcpy(bytes + 5 + rows[r].size, rows[r].ending, ending);
            l1_line_kind last = L1_LINE_NONE;
            l1_line line = {0};
            for (size_t from = 0; from < total; from += steps[s]) {
                const char *at = bytes + from;
                const char *end = from + steps[s] < total ? at + steps[s] : bytes + total;
                l1_line_kind kind;
                while ((kind = l1_line_next(&splitter, &at, end, &line)) != L1_LINE_NONE) {
                    last = kind;
                }
            }
            if (line.number == 1) last = l1_line_last(&splitter, &line);
            CHECK(last == rows[r].want);
            CHECK(line.number == 2);
            CHECK(line.size == rows[r].size);
            const char *at = "after\n";
            CHECK(l1_line_next(&splitter, &at, at + 6, &line) == L1_LINE_TEXT);
            CHECK(line.number == 3 && line.size == 5 && memcmp(line.text, "after", 5) == 0);
            free(bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_splitter__gives_the_same_lines_wherever_the_blocks_are_cut),
        cmocka_unit_test(test_line_splitter__refuses_only_lines_longer_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
