/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/interval/program_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "sim/base/allocate.h"
#include "sim/base/new_file.h"

/* The format. A header, the name of the workload and the place of a fault, then the columns, each
 * at a multiple of ALIGNMENT. Change VERSION with anything in here or in sim/interval/compiled.h
 * that changes what a file holds. */
#define MAGIC          "pygcsim program\n"
#define VERSION        4
#define ORDER_OF_BYTES 0x01020304
#define ALIGNMENT      4096
#define TEXT_MOST      65536 /* bytes of each text */

enum encoding { ENCODING_RAW, ENCODING_ZSTD };

struct directory_entry {
    char name[24];
    uint32_t element_bytes, encoding;
    uint64_t count, offset, bytes; /* elements; where in the file, and how long there */
    uint64_t checksum;             /* XXH3 of these bytes */
};

struct header {
    char magic[sizeof MAGIC - 1];
    uint32_t version, byte_order;
    uint64_t checksum; /* XXH3 of the header with 0 here, and the texts */
    uint64_t workload_bytes, place_bytes;
    char collector[32];
    uint64_t seed, operations, numbers;
    uint32_t registers, slots;
    uint64_t planned_ns, memory_limit_bytes;
    double slowdown;
    int64_t scatter;
    uint32_t fault_kind, fault_which, fault_allowed, filling;
    uint64_t fault_ns;
    uint32_t new_ns[COST_CLASSES], cost_ns[OP_COUNT]; /* of OP_NEW, of others */
    uint32_t filling_behind[2];
    struct directory_entry columns[COLUMN_COUNT];
};

static_assert((COST_CLASSES + OP_COUNT) % 2 == 0, "no padding in a header that is written");

static uint64_t header_checksum(const struct header *header, const char *texts)
{
    struct header unsigned_header = *header;
    unsigned_header.checksum = 0;
    return XXH3_64bits(&unsigned_header, sizeof unsigned_header) ^
           XXH3_64bits_withSeed(texts, header->workload_bytes + header->place_bytes,
                                header->version);
}

/* The texts are printed. */
static bool is_plain_text(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

/* ---- writing -------------------------------------------------------------------------- */

struct writer {
    int file;
    uint64_t offset;
    XXH3_state_t *hash;
    bool failed; /* errno says why */
};

static void put(struct writer *writer, const void *data, size_t bytes)
{
    const char *at = data;
    while (bytes > 0 && !writer->failed) {
        ssize_t written = write(writer->file, at, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            writer->failed = true;
            return;
        }
        XXH3_64bits_update(writer->hash, at, (size_t)written);
        at += written;
        bytes -= (size_t)written;
        writer->offset += (uint64_t)written;
    }
}

static void align(struct writer *writer)
{
    static const char zeros[ALIGNMENT];
    put(writer, zeros, (ALIGNMENT - writer->offset % ALIGNMENT) % ALIGNMENT);
}

static void put_compressed(struct writer *writer, const void *data, size_t bytes)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t size = ZSTD_CStreamOutSize(), left;
    char *buffer = allocate_zeroed(size, 1);
    ZSTD_inBuffer in = {data, bytes, 0};
    if (!context)
        out_of_memory();
    do {
        ZSTD_outBuffer out = {buffer, size, 0};
        left = ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
        put(writer, buffer, out.pos);
    } while (left > 0 && !writer->failed);
    ZSTD_freeCCtx(context);
    free(buffer);
}

static void put_column(struct writer *writer, const struct column *column, const char *name,
                       bool compress, struct directory_entry *entry)
{
    align(writer);
    *entry = (struct directory_entry){.element_bytes = column->size,
                                      .encoding = compress ? ENCODING_ZSTD : ENCODING_RAW,
                                      .count = column->count,
                                      .offset = writer->offset};
    strncpy(entry->name, name, sizeof entry->name - 1);
    XXH3_64bits_reset(writer->hash);
    if (compress)
        put_compressed(writer, column->data, column->count * column->size);
    else
        put(writer, column->data, column->count * column->size);
    entry->bytes = writer->offset - entry->offset;
    entry->checksum = XXH3_64bits_digest(writer->hash);
}

static struct header header_of(const struct compiled *compiled, const struct program_origin *origin)
{
    const struct program *program = &compiled->program;
    struct header header = {.version = VERSION,
                            .byte_order = ORDER_OF_BYTES,
                            .workload_bytes = strlen(origin->workload),
                            .place_bytes = strlen(compiled->place),
                            .seed = origin->seed,
                            .operations = compiled->operations,
                            .numbers = compiled->numbers,
                            .registers = program->registers,
                            .slots = program->slots,
                            .planned_ns = program->planned_ns,
                            .memory_limit_bytes = program->memory_limit_bytes,
                            .slowdown = program->slowdown,
                            .scatter = program->scatter,
                            .fault_kind = compiled->fault.kind,
                            .fault_which = compiled->fault.which,
                            .fault_allowed = compiled->fault.allowed,
                            .fault_ns = compiled->fault_ns};
    for (uint32_t kind = 0; kind < OBJECT_KINDS; kind++)
        header.new_ns[cost_class_of(kind)] = program->costs.ns[OP_NEW][kind];
    for (int code = 0; code < OP_COUNT; code++)
        header.cost_ns[code] = program->costs.ns[code][0];
    memcpy(header.magic, MAGIC, sizeof header.magic);
    memcpy(header.collector, origin->collector, sizeof header.collector);
    return header;
}

/* The header goes to its place when everything else is there. */
static void put_all(struct writer *writer, const struct compiled *compiled,
                    const struct program_origin *origin, bool compress)
{
    struct header header = header_of(compiled, origin);
    char *texts;
    if (asprintf(&texts, "%s%s", origin->workload, compiled->place) < 0)
        out_of_memory();
    put(writer, &header, sizeof header);
    put(writer, texts, strlen(texts));
    for (int i = 0; i < COLUMN_COUNT; i++)
        put_column(writer, &compiled->columns[i], compiled_columns[i].name, compress,
                   &header.columns[i]);
    align(writer);
    header.checksum = header_checksum(&header, texts);
    if (!writer->failed &&
        pwrite(writer->file, &header, sizeof header, 0) != (ssize_t)sizeof header)
        writer->failed = true;
    free(texts);
}

static int cannot(struct error *error, const char *path, const char *what)
{
    return error_set(error, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* Only a program, or nothing, is replaced by a program. */
static int can_be_replaced(const char *path, struct error *error)
{
    char magic[sizeof MAGIC - 1];
    struct stat stat_of;
    if (stat(path, &stat_of) != 0)
        return 0;
    if (!S_ISREG(stat_of.st_mode))
        return error_set(error, "%s is %s: give the name of a file", path,
                         S_ISDIR(stat_of.st_mode) ? "a directory" : "no regular file");
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return cannot(error, path, "read");
    ssize_t got = read(file, magic, sizeof magic);
    close(file);
    if (got == 0 || (got == (ssize_t)sizeof magic && memcmp(magic, MAGIC, sizeof magic) == 0))
        return 0;
    return error_set(
        error, "%s is there, and is no compiled program: remove it, or give another name", path);
}

int program_file_can_be_written(const char *path, struct error *error)
{
    struct new_file new_file;
    if (can_be_replaced(path, error) != 0 || new_file_open(&new_file, path, error) != 0)
        return -1;
    new_file_abandon(&new_file);
    return 0;
}

int program_file_write(const char *path, const struct compiled *compiled,
                       const struct program_origin *origin, bool compress, struct error *error)
{
    struct new_file new_file;
    if (can_be_replaced(path, error) != 0)
        return -1;
    if (!is_plain_text(origin->workload, strlen(origin->workload)) ||
        !is_plain_text(compiled->place, strlen(compiled->place)))
        return error_set(error,
                         "%s: cannot write: a name in %s has characters that cannot be "
                         "printed; rename that file",
                         path, origin->workload);
    if (new_file_open(&new_file, path, error) != 0)
        return -1;
    struct writer writer = {.file = new_file.file, .hash = XXH3_createState()};
    XXH3_64bits_reset(writer.hash);
    put_all(&writer, compiled, origin, compress);
    if (writer.failed)
        cannot(error, path, "write");
    XXH3_freeState(writer.hash);
    if (!writer.failed)
        return new_file_keep(&new_file, error);
    new_file_abandon(&new_file);
    return -1;
}

/* ---- reading -------------------------------------------------------------------------- */

struct reader {
    const char *path;
    const struct compile_options *keep;
    struct compiled *compiled;
    struct program_origin *origin;
    int file;
    uint64_t bytes; /* of the file */
    bool in_files;  /* it takes more memory than it may */
    struct error *error;

    XXH3_state_t *hash; /* these are freed at the end, however that comes */
    ZSTD_DCtx *zstd;
    char *chunk;
};

static int foreign(const struct reader *reader)
{
    return error_set(reader->error, "%s is not a compiled program (`pygcsim compile` makes one)",
                     reader->path);
}

static int damaged(const struct reader *reader, const char *what)
{
    return error_set(reader->error,
                     "%s is damaged: %s; compile the program again (`pygcsim compile`)",
                     reader->path, what);
}

static int get(const struct reader *reader, void *data, size_t bytes, uint64_t offset)
{
    char *at = data;
    while (bytes > 0) {
        ssize_t got = pread(reader->file, at, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot(reader->error, reader->path, "read");
        if (got == 0)
            return damaged(reader, "it ends early");
        at += got;
        offset += (uint64_t)got;
        bytes -= (size_t)got;
    }
    return 0;
}

static int get_header(const struct reader *reader, struct header *header)
{
    if (reader->bytes < sizeof header->magic)
        return foreign(reader);
    if (get(reader, header->magic, sizeof header->magic, 0) != 0)
        return -1;
    if (memcmp(header->magic, MAGIC, sizeof header->magic) != 0)
        return foreign(reader);
    if (get(reader, header, sizeof *header, 0) != 0)
        return -1;
    if (header->byte_order != ORDER_OF_BYTES)
        return error_set(reader->error,
                         "%s was compiled on a machine of another byte order; compile it here",
                         reader->path);
    if (header->version != VERSION)
        return error_set(reader->error,
                         "%s has version %u of the format, and this is pygcsim " PYGCSIM_VERSION
                         ", which reads version %u; compile the program again",
                         reader->path, header->version, VERSION);
    if (header->workload_bytes > TEXT_MOST ||
        header->place_bytes >= sizeof((struct compiled *)NULL)->place)
        return damaged(reader, "its header is wrong");
    return 0;
}

static int get_texts(const struct reader *reader, const struct header *header,
                     struct compiled *compiled, struct program_origin *origin)
{
    size_t bytes = header->workload_bytes + header->place_bytes;
    char *texts = allocate_zeroed(bytes + 1, 1);
    int status = get(reader, texts, bytes, sizeof *header);
    if (status == 0 &&
        (header_checksum(header, texts) != header->checksum || !is_plain_text(texts, bytes)))
        status = damaged(reader, "its header is wrong");
    if (status == 0) {
        snprintf(compiled->place, sizeof compiled->place, "%s", texts + header->workload_bytes);
        texts[header->workload_bytes] = '\0';
        origin->workload = texts;
        origin->seed = header->seed;
        snprintf(origin->collector, sizeof origin->collector, "%.*s", (int)sizeof header->collector,
                 header->collector);
        return 0;
    }
    free(texts);
    return status;
}

static int damaged_column(const struct reader *reader, int number)
{
    char what[64];
    snprintf(what, sizeof what, "column %s is not as it was written",
             compiled_columns[number].name);
    return damaged(reader, what);
}

/* The bytes of a column in the file, each read once and counted into the checksum: so what is used
 * is what has been checked, whatever becomes of the file. */
struct source {
    const struct reader *reader;
    uint64_t offset, left;
    bool compressed;
    ZSTD_inBuffer in;
    size_t expected; /* by zstd; 0: it has all */
};

#define CHUNK ((size_t)1 << 17) /* fits into the cache, where it is counted */

static int source_next(struct source *source, void *data, size_t bytes)
{
    if (get(source->reader, data, bytes, source->offset) != 0)
        return -1;
    XXH3_64bits_update(source->reader->hash, data, bytes);
    source->offset += bytes;
    source->left -= bytes;
    return 0;
}

static int read_raw(struct source *source, char *data, size_t bytes)
{
    for (size_t now; bytes > 0; data += now, bytes -= now) {
        now = bytes < CHUNK ? bytes : CHUNK;
        if (source_next(source, data, now) != 0)
            return -1;
    }
    return 0;
}

/* Something for zstd to read, if there is anything left. */
static int refill(struct source *source)
{
    size_t now = source->left < CHUNK ? source->left : CHUNK;
    if (source->in.pos < source->in.size || now == 0)
        return 0;
    source->in = (ZSTD_inBuffer){source->reader->chunk, now, 0};
    return source_next(source, source->reader->chunk, now);
}

static int not_right(const struct source *source)
{
    return damaged(source->reader, "a compressed column does not come out right");
}

static int decompress(struct source *source, char *data, size_t bytes)
{
    ZSTD_outBuffer out = {data, bytes, 0};
    while (out.pos < bytes) {
        if (refill(source) != 0)
            return -1;
        size_t before = out.pos + source->in.pos;
        source->expected = ZSTD_decompressStream(source->reader->zstd, &out, &source->in);
        if (ZSTD_isError(source->expected) ||
            (out.pos + source->in.pos == before && source->left == 0))
            return not_right(source);
    }
    return 0;
}

static int source_read(struct source *source, char *data, size_t bytes)
{
    return source->compressed ? decompress(source, data, bytes) : read_raw(source, data, bytes);
}

/* Behind the last element there is nothing more. */
static int source_end(struct source *source)
{
    char more;
    ZSTD_outBuffer out = {&more, 1, 0};
    while (source->compressed && source->expected != 0) {
        if (refill(source) != 0)
            return -1;
        size_t before = source->in.pos;
        source->expected = ZSTD_decompressStream(source->reader->zstd, &out, &source->in);
        if (ZSTD_isError(source->expected) || out.pos > 0 ||
            (source->in.pos == before && source->left == 0))
            return not_right(source);
    }
    return source->left == 0 && source->in.pos == source->in.size ? 0 : not_right(source);
}

/* What is left is counted, too, so that the checksum tells. */
static int source_pass(struct source *source)
{
    while (source->left > 0) {
        size_t now = source->left < CHUNK ? source->left : CHUNK;
        if (source_next(source, source->reader->chunk, now) != 0)
            return -1;
    }
    return 0;
}

static int cannot_keep(const struct reader *reader)
{
    const struct compile_options *keep = reader->keep;
    return error_set(reader->error, "%s: cannot keep %s in temporary files there: %s%s%s",
                     keep->folder, reader->path, strerror(errno), keep->advice ? "; " : "",
                     keep->advice ? keep->advice : "");
}

/* In memory, or through memory into a file of its own. */
static int fill_column(struct source *source, struct column *column, uint64_t count)
{
    uint64_t at_once = column->in_file ? CHUNK / column->size : count, now;
    for (uint64_t done = 0; done < count; done += now) {
        now = count - done < at_once ? count - done : at_once;
        column_reserve(column, now);
        if (source_read(source, column->data, now * column->size) != 0)
            return -1;
        column->count = now;
        if (column_flush(column) != 0)
            return cannot_keep(source->reader);
    }
    return source_end(source);
}

static int read_column(struct source *source, const struct directory_entry *entry, int number,
                       struct column *column)
{
    const struct reader *reader = source->reader;
    int status = fill_column(source, column, entry->count);
    if (source_pass(source) != 0)
        return -1;
    if (XXH3_64bits_digest(reader->hash) != entry->checksum)
        return damaged_column(reader, number);
    if (status == 0 && column_complete(column) != 0)
        return cannot_keep(reader);
    return status;
}

static int get_column(const struct reader *reader, const struct directory_entry *entry, int number,
                      struct column *column)
{
    bool raw = entry->encoding == ENCODING_RAW;
    /* No file asks for more memory than zstd could make of it: a block of 128 KiB from 4 bytes. */
    if (!raw && entry->count * compiled_columns[number].bytes / (128 << 10) > entry->bytes / 4 + 1)
        return damaged_column(reader, number);
    if (reader->in_files && column_spill(column, reader->keep->folder) != 0)
        return cannot_keep(reader);
    struct source source = {.reader = reader,
                            .offset = entry->offset,
                            .left = entry->bytes,
                            .compressed = !raw,
                            .expected = 1};
    XXH3_64bits_reset(reader->hash);
    if (!raw)
        ZSTD_DCtx_reset(reader->zstd, ZSTD_reset_session_only);
    return read_column(&source, entry, number, column);
}

static void facts_of(const struct header *header, struct compiled *compiled)
{
    struct program *program = &compiled->program;
    program->registers = header->registers;
    program->slots = header->slots;
    program->planned_ns = header->planned_ns;
    program->memory_limit_bytes = header->memory_limit_bytes;
    program->slowdown = header->slowdown;
    program->scatter = header->scatter;
    for (int code = 0; code < OP_COUNT; code++)
        for (uint32_t kind = 0; kind < OBJECT_KINDS; kind++)
            program->costs.ns[code][kind] =
                code == OP_NEW ? header->new_ns[cost_class_of(kind)] : header->cost_ns[code];
    compiled->operations = header->operations;
    compiled->numbers = header->numbers;
    compiled->fault = (struct fault){(enum fault_kind)header->fault_kind, header->fault_which,
                                     header->fault_allowed};
    compiled->fault_ns = header->fault_ns;
    compiled->is_last = true;
    compiled->progress[1] = 1;
}

/* What the directory says of a column that comes behind `end`. */
static bool is_plausible(const struct directory_entry *entry, int number, uint64_t end)
{
    const struct compiled_column_kind *kind = &compiled_columns[number];
    return strncmp(entry->name, kind->name, sizeof entry->name) == 0 &&
           entry->element_bytes == kind->bytes && entry->encoding <= ENCODING_ZSTD &&
           entry->count <= UINT64_MAX / kind->bytes && entry->bytes <= INT64_MAX &&
           entry->offset % ALIGNMENT == 0 && entry->offset >= end &&
           entry->offset - end < ALIGNMENT &&
           (entry->encoding == ENCODING_ZSTD || entry->bytes == entry->count * kind->bytes);
}

/* Less than a page, of zeros. */
static int check_filling(const struct reader *reader, uint64_t from, uint64_t to)
{
    static const char zeros[ALIGNMENT];
    char filling[ALIGNMENT];
    if (get(reader, filling, to - from, from) != 0)
        return -1;
    return memcmp(filling, zeros, to - from) == 0 ? 0 : damaged(reader, "its filling is not empty");
}

/* The columns are there, one after the other, with nothing but filling between them. */
static int check_directory(const struct reader *reader, const struct header *header)
{
    uint64_t end = sizeof *header + header->workload_bytes + header->place_bytes;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const struct directory_entry *entry = &header->columns[i];
        if (!is_plausible(entry, i, end))
            return damaged_column(reader, i);
        if (check_filling(reader, end, entry->offset) != 0)
            return -1;
        end = entry->offset + entry->bytes;
        if (end > reader->bytes)
            return damaged(reader, "it ends early");
    }
    if (reader->bytes != (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
        return damaged(reader, "it does not end where it should");
    return check_filling(reader, end, reader->bytes);
}

/* Does it take more memory than it may? */
static bool is_large(const struct reader *reader, const struct header *header)
{
    uint64_t left = reader->keep->memory_bytes;
    for (int i = 0; i < COLUMN_COUNT && reader->keep->memory_bytes; i++) {
        uint64_t bytes = header->columns[i].count * compiled_columns[i].bytes;
        if (bytes > left)
            return true;
        left -= bytes;
    }
    return false;
}

static int get_all(struct reader *reader)
{
    struct header header;
    struct compiled *compiled = reader->compiled;
    const char *wrong;
    if (get_header(reader, &header) != 0 ||
        get_texts(reader, &header, compiled, reader->origin) != 0)
        return -1;
    if (check_directory(reader, &header) != 0)
        return -1;
    facts_of(&header, compiled);
    reader->in_files = is_large(reader, &header);
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (get_column(reader, &header.columns[i], i, &compiled->columns[i]) != 0)
            return -1;
    if ((wrong = compiled_check(compiled)) != NULL)
        return damaged(reader, wrong);
    return 0;
}

/* As an attempt: memory may run out. */
static int try_to_read(void *context, struct error *error)
{
    struct reader *reader = context;
    struct stat stat;
    reader->error = error;
    if (fstat(reader->file, &stat) != 0)
        return cannot(error, reader->path, "read");
    if (!S_ISREG(stat.st_mode))
        return foreign(reader);
    reader->bytes = (uint64_t)stat.st_size;
    reader->hash = XXH3_createState();
    reader->zstd = ZSTD_createDCtx();
    reader->chunk = allocate_zeroed(CHUNK, 1);
    if (!reader->hash || !reader->zstd)
        out_of_memory();
    return get_all(reader);
}

int program_file_read(const char *path, const struct compile_options *keep,
                      struct compiled *compiled, struct program_origin *origin, struct error *error)
{
    struct reader reader = {.path = path, .keep = keep, .compiled = compiled, .origin = origin};
    compiled_init(compiled);
    *origin = (struct program_origin){0};
    reader.file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait */
    if (reader.file < 0)
        return cannot(error, path, "read");
    int status = attempt(try_to_read, &reader, error);
    XXH3_freeState(reader.hash);
    ZSTD_freeDCtx(reader.zstd);
    free(reader.chunk);
    close(reader.file);
    return status;
}
