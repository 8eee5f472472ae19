/* tests/unit/base/test_archive.c: save, load and hash agree; hostile bytes are refused. */
#include "testlib/check.h"

#include <string.h>

#include "base/archive.h"

typedef enum { RED, GREEN, BLUE, COLOURS } colour;

typedef struct {
    uint8_t a;
    uint16_t b;
    uint32_t c;
    uint64_t d;
    int64_t e;
    bool f;
    double g;
    uint32_t count;
    colour h;
    char text[8];
    uint8_t raw[3];
} sample;

static void sample_archive(l1_archive *archive, sample *s)
{
    l1_archive_u8(archive, &s->a);
    l1_archive_u16(archive, &s->b);
    l1_archive_u32(archive, &s->c);
    l1_archive_u64(archive, &s->d);
    l1_archive_i64(archive, &s->e);
    l1_archive_bool(archive, &s->f);
    l1_archive_f64(archive, &s->g);
    l1_archive_count(archive, &s->count, 5);
    l1_archive_enum(archive, &s->h, COLOURS);
    l1_archive_text(archive, s->text, sizeof s->text);
    l1_archive_bytes(archive, s->raw, sizeof s->raw);
}

enum { SAMPLE_SIZE = 1 + 2 + 4 + 8 + 8 + 1 + 8 + 4 + 1 + 2 + 3 + 3 };
enum { AT_BOOL = 23, AT_COUNT = 32, AT_ENUM = 36, AT_TEXT = 37 };

static sample filled(void)
{
    sample s = {.a = 1, .b = 0x0203, .c = 0x04050607, .d = UINT64_C(0x08090a0b0c0d0e0f)};
    s.e = -2;
    s.f = true;
    s.g = -0.0;
    s.count = 5;
    s.h = BLUE;
    memcpy(s.text, "btc\0zzz", 8);
    memcpy(s.raw, "\x7f\x00\xff", 3);
    return s;
}

static size_t save(sample *s, uint8_t out[SAMPLE_SIZE + 8])
{
    l1_archive archive = l1_archive_saving(out, SAMPLE_SIZE + 8);
    sample_archive(&archive, s);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static void test_archive__saves_little_endian_without_padding(void **state)
{
    (void)state;
    static const uint8_t want[SAMPLE_SIZE] = {
        1,    3,    2,    7,    6,    5,    4,    0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08,
        0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,    0,    0,    0,    0,    0,    0,
        0,    0x80, 5,    0,    0,    0,    2,    3,    0,    'b',  't',  'c',  0x7f, 0,    0xff};
    uint8_t bytes[SAMPLE_SIZE + 8];
    sample s = filled();
    CHECK(save(&s, bytes) == SAMPLE_SIZE);
    CHECK(memcmp(bytes, want, SAMPLE_SIZE) == 0);
}

static void test_archive__loads_what_it_saved(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_SIZE + 8];
    sample s = filled();
    const size_t size = save(&s, bytes);
    sample back;
    memset(&back, 0xee, sizeof back);
    l1_archive archive = l1_archive_loading(bytes, size);
    sample_archive(&archive, &back);
    CHECK(l1_archive_ok(&archive));
    CHECK(l1_read_left(&archive.in) == 0);
    CHECK(back.a == s.a && back.b == s.b && back.c == s.c && back.d == s.d && back.e == s.e);
    CHECK(back.f && back.count == 5 && back.h == BLUE);
    CHECK(memcmp(&back.g, &s.g, sizeof s.g) == 0);
    CHECK(memcmp(back.text, "btc\0\0\0\0\0", 8) == 0); /* zeroed after the NUL */
    CHECK(memcmp(back.raw, s.raw, 3) == 0);
}

static void test_archive__hashes_the_bytes_it_would_save(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_SIZE + 8];
    sample s = filled();
    const size_t size = save(&s, bytes);
    const l1_hash128 want = l1_hash_of(9, bytes, size);
    l1_archive archive = l1_archive_hashing(9);
    sample_archive(&archive, &s);
    CHECK(l1_archive_ok(&archive));
    const l1_hash128 got = l1_hash_end(&archive.hasher);
    CHECK(got.lo == want.lo && got.hi == want.hi);
    memcpy(s.text, "btc\0abc", 8); /* what stands after the NUL is no state */
    archive = l1_archive_hashing(9);
    sample_archive(&archive, &s);
    CHECK(l1_hash_end(&archive.hasher).lo == want.lo);
    s.raw[2] ^= 1;
    archive = l1_archive_hashing(9);
    sample_archive(&archive, &s);
    CHECK(l1_hash_end(&archive.hasher).lo != want.lo);
}

static void test_archive__refuses_every_shorter_input_and_reads_zeros_after(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_SIZE + 8];
    sample s = filled();
    const size_t size = save(&s, bytes);
    for (size_t cut = 0; cut < size; cut++) {
        sample back;
        memset(&back, 0xee, sizeof back);
        l1_archive archive = l1_archive_loading(bytes, cut);
        sample_archive(&archive, &back);
        CHECK(!l1_archive_ok(&archive));
        static const uint8_t zeros[3];
        CHECK(memcmp(back.raw, zeros, 3) == 0);
        CHECK(memchr(back.text, 0, sizeof back.text) != NULL);
        if (cut < AT_TEXT) CHECK(back.text[0] == '\0');
        if (cut == 0) CHECK(back.a == 0 && back.b == 0 && back.d == 0 && back.h == RED && !back.f);
    }
}

static void test_archive__refuses_values_outside_their_set(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        bool ok;
    } rows[] = {
        {AT_BOOL, 0, true},       {AT_BOOL, 2, false},     {AT_COUNT, 0, true},
        {AT_COUNT, 4, true},      {AT_COUNT, 6, false},    {AT_COUNT + 3, 1, false},
        {AT_ENUM, 1, true},       {AT_ENUM, 3, false},     {AT_ENUM, 255, false},
        {AT_TEXT, 8, false},      {AT_TEXT + 1, 1, false}, {AT_TEXT + 3, 0, false},
        {AT_TEXT + 3, 'x', true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[SAMPLE_SIZE + 8] = {0};
        sample s = filled();
        const size_t size = save(&s, bytes);
        bytes[rows[i].at] = rows[i].value;
        sample back = {0};
        l1_archive archive = l1_archive_loading(bytes, size);
        sample_archive(&archive, &back);
        if (l1_archive_ok(&archive) != rows[i].ok) print_message("row %zu\n", i);
        CHECK(l1_archive_ok(&archive) == rows[i].ok);
        CHECK(back.count <= 5 && back.h < COLOURS);
        if (!rows[i].ok) CHECK(back.raw[0] == 0 && back.raw[2] == 0);
    }
}

static void test_archive__takes_a_text_only_with_room_for_its_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'};
    for (uint8_t size = 0; size <= 9; size++) {
        uint8_t copy[sizeof bytes];
        memcpy(copy, bytes, sizeof bytes);
        copy[0] = size;
        char text[8];
        memset(text, 'z', sizeof text);
        l1_archive archive = l1_archive_loading(copy, sizeof copy);
        l1_archive_text(&archive, text, sizeof text);
        CHECK(l1_archive_ok(&archive) == (size <= 7));
        CHECK(strlen(text) == (size <= 7 ? size : 0));
        CHECK(memcmp(text, bytes + 2, strlen(text)) == 0);
    }
}

static void test_archive__fails_when_there_is_no_room_and_stays_inside(void **state)
{
    (void)state;
    uint8_t bytes[SAMPLE_SIZE + 8];
    for (size_t room = 0; room <= SAMPLE_SIZE; room++) {
        memset(bytes, 0xcc, sizeof bytes);
        sample s = filled();
        l1_archive archive = l1_archive_saving(bytes, room);
        sample_archive(&archive, &s);
        CHECK(l1_archive_ok(&archive) == (room == SAMPLE_SIZE));
        CHECK(archive.out.used <= room);
        CHECK(bytes[room] == 0xcc);
    }
}

static void test_cursor__reads_back_what_was_written(void **state)
{
    (void)state;
    uint8_t bytes[31];
    l1_writer out = {.base = bytes, .capacity = sizeof bytes};
    l1_write_u8(&out, 0x12);
    l1_write_u16(&out, 0x3456);
    l1_write_u32(&out, 0x789abcde);
    l1_write_u64(&out, UINT64_C(0x0123456789abcdef));
    l1_write_i64(&out, INT64_MIN);
    l1_write_bytes(&out, "12345678", 8);
    CHECK(!out.failed && out.used == sizeof bytes);
    l1_write_bytes(&out, "", 0);
    CHECK(!out.failed);
    l1_write_u8(&out, 1);
    CHECK(out.failed && out.used == sizeof bytes);
    CHECK(bytes[1] == 0x56 && bytes[2] == 0x34);
    l1_reader in = {.at = bytes, .end = bytes + sizeof bytes};
    CHECK(l1_read_u8(&in) == 0x12);
    CHECK(l1_read_u16(&in) == 0x3456);
    CHECK(l1_read_u32(&in) == 0x789abcde);
    CHECK(l1_read_u64(&in) == UINT64_C(0x0123456789abcdef));
    CHECK(l1_read_i64(&in) == INT64_MIN);
    CHECK(l1_read_left(&in) == 8);
    char text[9] = "zzzzzzzzz";
    l1_read_bytes(&in, text, 9); /* one byte more than there is */
    CHECK(in.failed && memcmp(text, "\0\0\0\0\0\0\0\0\0", 9) == 0);
    CHECK(l1_read_u8(&in) == 0 && l1_read_left(&in) == 0);
    in = (l1_reader){.at = bytes, .end = bytes + 7}; /* a failed field takes the rest with it */
    CHECK(l1_read_u64(&in) == 0 && in.failed);
    CHECK(l1_read_u8(&in) == 0 && l1_read_left(&in) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archive__saves_little_endian_without_padding),
        cmocka_unit_test(test_archive__loads_what_it_saved),
        cmocka_unit_test(test_archive__hashes_the_bytes_it_would_save),
        cmocka_unit_test(test_archive__refuses_every_shorter_input_and_reads_zeros_after),
        cmocka_unit_test(test_archive__refuses_values_outside_their_set),
        cmocka_unit_test(test_archive__takes_a_text_only_with_room_for_its_end),
        cmocka_unit_test(test_archive__fails_when_there_is_no_room_and_stays_inside),
        cmocka_unit_test(test_cursor__reads_back_what_was_written),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
