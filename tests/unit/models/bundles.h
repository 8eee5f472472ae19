/* tests/unit/models/bundles.h: made bundles, parsed, with one text exchanged on the way. */
#ifndef L1_UNIT_MODELS_BUNDLES_H
#define L1_UNIT_MODELS_BUNDLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testlib/bundle_maker.h"
#include "testlib/check.h"

enum { BUNDLE_ARENA_SIZE = 4 << 20 };

typedef struct {
    made_bundle made;
    l1_arena arena;
    l1_bundle *bundle; /* NULL when refused */
    l1_status status;
    l1_diag diag;
} parsed;

static l1_arena arena_make(size_t capacity)
{
    l1_arena arena = {.capacity = capacity};
    arena.base = aligned_alloc(64, (capacity + 127) / 64 * 64);
    assert_non_null(arena.base);
    memset(arena.base, 0, capacity);
    return arena;
}

static void parse_image(parsed *to, const uint8_t *image, size_t size)
{
    to->bundle = NULL;
    memset(&to->diag, 0, sizeof to->diag);
    memset(to->arena.base, 0, to->arena.used);
    to->arena.used = 0;
    to->status = l1_bundle_parse(image, size, &to->arena, &to->bundle, &to->diag).code;
    CHECK((to->bundle != NULL) == (to->status == L1_OK));
}

static void parsed_make(parsed *to, const bundle_recipe *recipe)
{
    memset(to, 0, sizeof *to);
    to->arena = arena_make(BUNDLE_ARENA_SIZE);
    bundle_make(recipe, &to->made);
    parse_image(to, to->made.image, to->made.image_size);
    if (to->status != L1_OK) print_message("%s\n", to->diag.text);
    CHECK(to->status == L1_OK);
}

/* The image is made again from the parts as they are. */
static void parse_parts(parsed *to)
{
    made_bundle *made = &to->made;
    made->image_size = l1_bundle_image_size(made->parts, made->count);
    made->image = realloc(made->image, made->image_size);
    assert_non_null(made->image);
    l1_bundle_image(made->parts, made->count, made->image);
    parse_image(to, made->image, made->image_size);
}

/* The first `from` of a part becomes `to`. */
static void exchange(made_bundle *made, uint32_t part, const char *from, const char *to)
{
    l1_bundle_part *of = &made->parts[part];
    char *text = (char *)(uintptr_t)of->bytes;
    const size_t from_size = strlen(from), to_size = strlen(to);
    char *at = memmem(text, of->size, from, from_size);
    assert_non_null(at);
    const size_t before = (size_t)(at - text);
    char *changed = malloc(of->size + to_size);
    assert_non_null(changed);
    memcpy(changed, text, before);
    memcpy(changed + before, to, to_size);
    memcpy(changed + before + to_size, at + from_size, of->size - before - from_size);
    of->size += to_size - from_size;
    of->bytes = (const uint8_t *)changed;
    free(text);
}

static void parsed_free(parsed *of)
{
    bundle_free(&of->made);
    free(of->arena.base);
}

#endif
