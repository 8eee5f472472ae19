/* models/bundle.c: the image of a bundle: written, read back, and its models parsed. */
#include "models/bundle.h"

#include <string.h>

#include "base/assert.h"
#include "base/cursor.h"
#include "models/bundle_state.h"

/* The image, little-endian: magic u64, parts u32, 0 u32, hash of what follows (lo, hi u64); then
 * for each part: bytes of its path u16, path, bytes u64, bytes. */
#define IMAGE_MAGIC UINT64_C(0x31454c444e42314c) /* "L1BNDLE1" */
#define IMAGE_HASH_DOMAIN UINT64_C(0x4c31696d616765)
enum { HEADER_SIZE = 32, PARTS_MAX = L1_BUNDLE_FILES_MAX + 1 };

typedef struct {
    char path[L1_BUNDLE_PATH_MAX];
    const uint8_t *bytes;
    size_t size;
} part;

/* --- writing --- */

size_t l1_bundle_image_size(const l1_bundle_part *parts, uint32_t count)
{
    L1_ASSERT(count > 0 && count <= PARTS_MAX);
    size_t size = HEADER_SIZE;
    for (uint32_t i = 0; i < count; i++) {
        size += sizeof(uint16_t) + strlen(parts[i].path) + sizeof(uint64_t) + parts[i].size;
    }
    return size;
}

void l1_bundle_image(const l1_bundle_part *parts, uint32_t count, uint8_t *out)
{
    const size_t size = l1_bundle_image_size(parts, count);
    l1_writer body = {.base = out, .used = HEADER_SIZE, .capacity = size};
    for (uint32_t i = 0; i < count; i++) {
        const size_t length = strlen(parts[i].path);
        L1_ASSERT(length > 0 && length < L1_BUNDLE_PATH_MAX);
        l1_write_u16(&body, (uint16_t)length);
        l1_write_bytes(&body, parts[i].path, length);
        l1_write_u64(&body, parts[i].size);
        l1_write_bytes(&body, parts[i].bytes, parts[i].size);
    }
    L1_ASSERT(!body.failed && body.used == size);
    const l1_hash128 hash = l1_hash_of(IMAGE_HASH_DOMAIN, out + HEADER_SIZE, size - HEADER_SIZE);
    l1_writer header = {.base = out, .capacity = HEADER_SIZE};
    l1_write_u64(&header, IMAGE_MAGIC);
    l1_write_u32(&header, count);
    l1_write_u32(&header, 0);
    l1_write_u64(&header, hash.lo);
    l1_write_u64(&header, hash.hi);
    L1_ASSERT(!header.failed && header.used == HEADER_SIZE);
}

/* --- reading --- */

static l1_result refuse_image(l1_diag *diag, const char *why)
{
    if (diag != NULL) diag->line = 0;
    return l1_refuse(diag, L1_INPUT_SYNTAX, "image", "model bundle: %s", why);
}

/* The same refusal with its file's name in front; the line is in its text. */
static l1_result in_file(l1_diag *diag, const char *path, l1_result failure, const l1_diag *inner)
{
    L1_ASSERT(failure.code != L1_OK);
    if (diag != NULL) {
        diag->line = inner->line;
        diag->offset = inner->offset;
    }
    return l1_refuse(diag, failure.code, inner->field, "%s: %s", path, inner->text);
}

static l1_result read_parts(l1_reader *in, part *parts, uint32_t count, l1_diag *diag)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t length = l1_read_u16(in);
        if (length == 0 || length >= L1_BUNDLE_PATH_MAX) {
            return refuse_image(diag, "a part of the image has no path of 1 to 95 bytes");
        }
        l1_read_bytes(in, parts[i].path, length);
        parts[i].path[length] = '\0';
        const uint64_t size = l1_read_u64(in);
        if (in->failed || size > l1_read_left(in)) {
            return refuse_image(diag, "the image ends inside a part");
        }
        parts[i].bytes = in->at;
        parts[i].size = (size_t)size;
        in->at += size;
    }
    if (l1_read_left(in) != 0) return refuse_image(diag, "bytes follow the image's last part");
    return L1_SUCCESS;
}

static l1_result read_image(const uint8_t *image, size_t size, part *parts, uint32_t *count,
                            l1_diag *diag)
{
    if (size > L1_BUNDLE_IMAGE_MAX) return refuse_image(diag, "the image is longer than 64 MiB");
    l1_reader in = {.at = image, .end = image + size};
    const uint64_t magic = l1_read_u64(&in);
    *count = l1_read_u32(&in);
    const uint32_t zero = l1_read_u32(&in);
    l1_hash128 stated;
    stated.lo = l1_read_u64(&in);
    stated.hi = l1_read_u64(&in);
    if (in.failed || magic != IMAGE_MAGIC || zero != 0) {
        return refuse_image(diag, "these bytes are no image of this version");
    }
    const l1_hash128 hash = l1_hash_of(IMAGE_HASH_DOMAIN, in.at, l1_read_left(&in));
    if (hash.lo != stated.lo || hash.hi != stated.hi) {
        return refuse_image(diag, "the image is cut or altered: its content has another hash");
    }
    if (*count == 0 || *count > PARTS_MAX) return refuse_image(diag, "1 to 17 parts are allowed");
    return read_parts(&in, parts, *count, diag);
}

/* Holds the parts against the files that the manifest names, in its order. */
static l1_result match_parts(const l1_manifest *manifest, const part *parts, uint32_t count,
                             l1_diag *diag)
{
    if (count != manifest->files_count + 1) {
        return l1_refuse(diag, L1_INPUT_FIELD, "files",
                         "%s names %u files, the image holds %u beside it", L1_MANIFEST_PATH,
                         (unsigned)manifest->files_count, (unsigned)(count - 1));
    }
    for (uint32_t i = 0; i < manifest->files_count; i++) {
        if (strcmp(manifest->files[i].path, parts[i + 1].path) == 0) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "files",
                         "%s names %s where the image holds another file", L1_MANIFEST_PATH,
                         manifest->files[i].path);
    }
    return L1_SUCCESS;
}

static l1_result parse_model(const part *from, l1_model model, l1_head_models *to, l1_arena *arena,
                             l1_diag *diag)
{
    const char *text = (const char *)from->bytes;
    if (model == L1_MODEL_LOGREG) return l1_logreg_parse(text, from->size, &to->logreg, diag);
    const char *names[L1_COLUMNS_COUNT];
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) names[i] = l1_features[i].name;
    const l1_forest_columns columns = {.names = names, .count = L1_COLUMNS_COUNT};
    l1_forest *forest = NULL;
    L1_TRY(l1_forest_parse(text, from->size, &columns, arena, &forest, diag));
    L1_ASSERT(forest != NULL);
    to->forest[model] = forest;
    return L1_SUCCESS;
}

l1_result l1_bundle_parse(const uint8_t *image, size_t size, l1_arena *arena, l1_bundle **out,
                          l1_diag *diag)
{
    L1_ASSERT(image != NULL || size == 0);
    L1_ASSERT(arena != NULL && out != NULL);
    part parts[PARTS_MAX];
    uint32_t count = 0;
    L1_TRY(read_image(image, size, parts, &count, diag));
    if (strcmp(parts[0].path, L1_MANIFEST_PATH) != 0) {
        return refuse_image(diag, "the image's first part is not manifest.txt");
    }
    if (l1_arena_cost(sizeof(l1_bundle)) > arena->capacity - arena->used) {
        return l1_refuse(diag, L1_LIMIT_FULL, "memory", "model bundle: too little memory given");
    }
    l1_bundle *bundle = l1_arena_take(arena, sizeof *bundle);
    l1_manifest *manifest = &bundle->manifest;
    l1_diag inner = {0};
    l1_result result =
        l1_manifest_parse((const char *)parts[0].bytes, parts[0].size, manifest, &inner);
    if (result.code != L1_OK) return in_file(diag, L1_MANIFEST_PATH, result, &inner);
    L1_TRY(match_parts(manifest, parts, count, diag));
    for (uint32_t i = 0; i < manifest->files_count; i++) {
        l1_head_models *to = &bundle->models[manifest->file_head[i]];
        result = parse_model(&parts[i + 1], (l1_model)manifest->file_model[i], to, arena, &inner);
        if (result.code != L1_OK) return in_file(diag, manifest->files[i].path, result, &inner);
    }
    l1_trend_prepare(&bundle->trend);
    *out = bundle;
    return L1_SUCCESS;
}

l1_result l1_manifest_files(const char *text, size_t size,
                            l1_bundle_file files[L1_BUNDLE_FILES_MAX], uint32_t *count,
                            l1_diag *diag)
{
    L1_ASSERT(files != NULL && count != NULL);
    l1_manifest manifest;
    l1_diag inner = {0};
    const l1_result result = l1_manifest_parse(text, size, &manifest, &inner);
    if (result.code != L1_OK) return in_file(diag, L1_MANIFEST_PATH, result, &inner);
    memcpy(files, manifest.files, sizeof manifest.files);
    *count = manifest.files_count;
    return L1_SUCCESS;
}

/* --- questions --- */

int l1_bundle_symbol(const l1_bundle *bundle, const char *name)
{
    for (uint32_t i = 0; i < bundle->manifest.symbols_count; i++) {
        if (strcmp(bundle->manifest.symbols[i].name, name) == 0) return (int)i;
    }
    return -1;
}

bool l1_bundle_has(const l1_bundle *bundle, l1_head head)
{
    L1_ASSERT((int)head >= 0 && head < L1_HEAD_COUNT);
    return bundle->manifest.heads[head].present;
}

void l1_bundle_profile(const l1_bundle *bundle, int symbol, l1_profile *out)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < bundle->manifest.symbols_count);
    *out = bundle->manifest.symbols[symbol].profile;
}

void l1_bundle_range(const l1_bundle *bundle, int64_t *from_ms, int64_t *to_ms)
{
    L1_ASSERT(bundle->manifest.from_ms < bundle->manifest.to_ms);
    *from_ms = bundle->manifest.from_ms;
    *to_ms = bundle->manifest.to_ms;
}

const char *l1_model_text(l1_model model)
{
    static const char *const words[L1_MODEL_COUNT] = {"logreg", "random_forest", "lightgbm"};
    L1_ASSERT((int)model >= 0 && model < L1_MODEL_COUNT);
    return words[model];
}

const l1_bundle *l1_model_bank_find(const l1_model_bank *bank, l1_hash128 hash)
{
    for (int i = 0; i < 2 && (hash.lo != 0 || hash.hi != 0); i++) {
        if (bank->hash[i].lo == hash.lo && bank->hash[i].hi == hash.hi) return bank->bundle[i];
    }
    return NULL;
}
