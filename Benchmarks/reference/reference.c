/* The bar that Tandem's own speed is measured against: the same work in plain C, one thread.
 *
 *     gcc -O3 -march=native -o reference reference.c -lzstd
 *     ./reference MODE FILE [RUNS]        one JSON line on standard output; RUNS is 5 unless given
 *     cat FILE.dbn | ./reference pipe     one run
 *
 * Modes
 *   decode      read() FILE in pieces of 1 MiB, check and visit every record
 *   decode-mem  the same visit over FILE in memory; loading it is not timed
 *   zstd        decompress FILE (".zst" is appended when missing) as a stream, visit every record
 *   book        as decode, and keep full-depth books with FIFO queues for every instrument; the best bid and offer are read
 *               after each MBO record with the flag LAST. No prefetch, no batching.
 *   pipe        visit the records of standard input
 *
 * Output: {"mode","records","seconds","checksum","actions":{...}}, and for book also "book".
 *   seconds   median of the thread's CPU time over RUNS, after one run that is not counted (pipe: the only run)
 *   records   records of any type; the metadata is skipped by its length field
 *   checksum  sum over MBO records of order_id + price (as unsigned) + size, modulo 2^64
 *   actions   MBO records by action
 *   book      live_orders, instruments and levels [bids, asks] at the end; bbo_sum: over MBO records with LAST, after applying them,
 *             the sum modulo 2^64 of  (bid price ^ bid size) + 3 * (ask price ^ ask size)  of the record's instrument,
 *             where price is taken as unsigned, size is the sum over the level, and an empty side counts 0
 *
 * Book rules: those of Tandem (A of a resting id replaces it, M of an unknown id adds it, C never below zero, size 0 rests, sides
 * other than B and A and flag TOB are ignored), so that bbo_sum can be compared on any file. Flags of trust are not kept.
 *
 * Data structures: orders in a node pool found by open addressing with the hash beside the number (half full at most,
 * deletion by shifting back); queues as links between nodes; levels in a pool; per side a sorted array of prices, best last.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define PIECE (1u << 20)
#define NONE UINT32_MAX
#define FLAG_LAST 128
#define FLAG_TOB 64

/* An MBO record as it lies in the stream, at any address. */
typedef struct __attribute__((packed)) {
    uint8_t words, type;
    uint16_t publisher;
    uint32_t instrument;
    uint64_t ts_event, order_id;
    int64_t price;
    uint32_t size;
    uint8_t flags, channel, action, side;
    uint64_t ts_recv;
    int32_t ts_in_delta;
    uint32_t sequence;
} mbo;
_Static_assert(sizeof(mbo) == 56, "an MBO record has 56 bytes");

static void fail(const char *what) {
    fprintf(stderr, "reference: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static void *room(void *old, size_t bytes) {
    void *memory = realloc(old, bytes);
    if (!memory) fail("out of memory");
    return memory;
}

/* ---- books ---- */

typedef struct { uint64_t id; uint32_t size, next, previous, level, instrument, pad; } order;
typedef struct { int64_t key; uint64_t size; uint32_t orders, head, tail, is_ask; } level;
typedef struct { int64_t key; uint32_t level, pad; } entry;
typedef struct { entry *entries; uint32_t count, capacity; } side;
typedef struct { side sides[2]; uint32_t id; } book;
typedef struct { uint32_t hash, number; } slot; /* number + 1, 0 for empty */

static struct {
    order *orders; uint32_t orders_used, orders_capacity, orders_free, live;
    level *levels; uint32_t levels_used, levels_capacity, levels_free;
    book *books; uint32_t books_used, books_capacity;
    slot *slots; uint32_t slot_mask, slot_shift;
    slot *instruments; uint32_t instrument_mask; /* hash is the instrument id itself */
    uint32_t last_id, last_book;
    uint64_t bbo_sum;
} b;

static void books_free(void) {
    for (uint32_t i = 0; i < b.books_used; i++) { free(b.books[i].sides[0].entries); free(b.books[i].sides[1].entries); }
    free(b.orders); free(b.levels); free(b.books); free(b.slots); free(b.instruments);
    memset(&b, 0, sizeof b);
}

static void books_start(void) {
    books_free();
    b.orders_capacity = 1 << 16; b.orders = room(NULL, sizeof(order) << 16);
    b.levels_capacity = 1 << 14; b.levels = room(NULL, sizeof(level) << 14);
    b.books_capacity = 64; b.books = room(NULL, sizeof(book) * 64);
    b.slots = calloc(1 << 17, sizeof(slot)); b.slot_mask = (1 << 17) - 1; b.slot_shift = 15;
    b.instruments = calloc(128, sizeof(slot)); b.instrument_mask = 127;
    if (!b.slots || !b.instruments) fail("out of memory");
    b.orders_free = b.levels_free = b.last_book = NONE;
}

static inline uint32_t instrument_home(uint32_t id) { return (uint32_t)(id * 0x9E3779B97F4A7C15u >> 40) & b.instrument_mask; }

static void enter_instrument(uint32_t id, uint32_t number) {
    uint32_t i = instrument_home(id);
    while (b.instruments[i].number) i = (i + 1) & b.instrument_mask;
    b.instruments[i] = (slot){id, number + 1};
}

static __attribute__((noinline)) uint32_t add_instrument(uint32_t id) {
    if (b.books_used == b.books_capacity) b.books = room(b.books, sizeof(book) * (b.books_capacity *= 2));
    uint32_t number = b.books_used++;
    b.books[number] = (book){.id = id};
    for (int s = 0; s < 2; s++) b.books[number].sides[s] = (side){room(NULL, sizeof(entry) * 16), 0, 16};
    if (number * 2 >= b.instrument_mask) {
        free(b.instruments);
        b.instrument_mask = b.instrument_mask * 2 + 1;
        b.instruments = calloc(b.instrument_mask + 1ul, sizeof(slot));
        if (!b.instruments) fail("out of memory");
        for (uint32_t i = 0; i < number; i++) enter_instrument(b.books[i].id, i);
    }
    enter_instrument(id, number);
    return number;
}

static inline uint32_t instrument_number(uint32_t id) {
    if (id == b.last_id && b.last_book != NONE) return b.last_book;
    uint32_t i = instrument_home(id), number;
    while (b.instruments[i].number && b.instruments[i].hash != id) i = (i + 1) & b.instrument_mask;
    number = b.instruments[i].number ? b.instruments[i].number - 1 : add_instrument(id);
    b.last_id = id;
    return b.last_book = number;
}

static inline uint32_t order_hash(uint64_t id, uint32_t instrument) {
    uint64_t mixed = id + instrument * 0xD6E8FEB86659FD93u;
    return (uint32_t)((mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15u >> 32);
}

/* The order's number, or NONE; *at becomes its slot, or the one it would take. */
static inline uint32_t find_order(uint64_t id, uint32_t instrument, uint32_t *at) {
    uint32_t hash = order_hash(id, instrument), i = hash >> b.slot_shift;
    for (; b.slots[i].number; i = (i + 1) & b.slot_mask) {
        if (b.slots[i].hash != hash) continue;
        const order *o = &b.orders[b.slots[i].number - 1];
        if (o->id == id && o->instrument == instrument) { *at = i; return b.slots[i].number - 1; }
    }
    *at = i;
    return NONE;
}

static __attribute__((noinline)) void grow_slots(void) {
    slot *old = b.slots; uint64_t count = b.slot_mask + 1ul;
    b.slots = calloc(count * 2, sizeof(slot));
    if (!b.slots) fail("out of memory");
    b.slot_mask = (uint32_t)(count * 2 - 1); b.slot_shift--;
    for (uint64_t k = 0; k < count; k++) {
        if (!old[k].number) continue;
        uint32_t i = old[k].hash >> b.slot_shift;
        while (b.slots[i].number) i = (i + 1) & b.slot_mask;
        b.slots[i] = old[k];
    }
    free(old);
}

static inline void forget_order(uint32_t number, uint32_t gap) {
    b.orders[number].next = b.orders_free; b.orders_free = number; b.live--;
    for (uint32_t i = (gap + 1) & b.slot_mask; b.slots[i].number; i = (i + 1) & b.slot_mask) {
        uint32_t home = b.slots[i].hash >> b.slot_shift;
        if (((i - home) & b.slot_mask) >= ((i - gap) & b.slot_mask)) { b.slots[gap] = b.slots[i]; gap = i; }
    }
    b.slots[gap].number = 0;
}

/* Keys rise from the worst price to the best on both sides. */
static inline int64_t price_key(int64_t price, int is_ask) { return is_ask ? ~price : price; }

static inline uint32_t place(const side *s, int64_t key, int *found) {
    uint32_t i = s->count, near = i > 16 ? i - 16 : 0;
    for (*found = 0; i > near; i--) {
        int64_t other = s->entries[i - 1].key;
        if (other < key) return i;
        if (other == key) { *found = 1; return i - 1; }
    }
    uint32_t low = 0, high = i;
    while (low < high) { uint32_t middle = (low + high) / 2; if (s->entries[middle].key < key) low = middle + 1; else high = middle; }
    *found = low < i && s->entries[low].key == key;
    return low;
}

static inline void link_order(uint32_t number, int is_ask, int64_t price) {
    order *o = &b.orders[number];
    side *s = &b.books[o->instrument].sides[is_ask];
    int64_t key = price_key(price, is_ask);
    int found; uint32_t at = place(s, key, &found), n;
    if (found) {
        n = s->entries[at].level;
    } else {
        if ((n = b.levels_free) != NONE) {
            b.levels_free = b.levels[n].head;
        } else {
            if (b.levels_used == b.levels_capacity) b.levels = room(b.levels, sizeof(level) * (b.levels_capacity *= 2ul));
            n = b.levels_used++;
        }
        b.levels[n] = (level){key, 0, 0, NONE, NONE, (uint32_t)is_ask};
        if (s->count == s->capacity) s->entries = room(s->entries, sizeof(entry) * (s->capacity *= 2ul));
        memmove(&s->entries[at + 1], &s->entries[at], (s->count++ - at) * sizeof(entry));
        s->entries[at] = (entry){key, n, 0};
    }
    level *l = &b.levels[n];
    o->level = n; o->next = NONE; o->previous = l->tail;
    if (l->tail == NONE) l->head = number; else b.orders[l->tail].next = number;
    l->tail = number; l->size += o->size; l->orders++;
}

static inline void unlink_order(uint32_t number) {
    order *o = &b.orders[number]; level *l = &b.levels[o->level];
    if (--l->orders == 0) {
        side *s = &b.books[o->instrument].sides[l->is_ask];
        int found; uint32_t at = place(s, l->key, &found);
        memmove(&s->entries[at], &s->entries[at + 1], (--s->count - at) * sizeof(entry));
        l->head = b.levels_free; b.levels_free = o->level;
        return;
    }
    l->size -= o->size;
    if (o->previous == NONE) l->head = o->next; else b.orders[o->previous].next = o->next;
    if (o->next == NONE) l->tail = o->previous; else b.orders[o->next].previous = o->previous;
}

static inline void insert_order(const mbo *r, uint32_t instrument, uint32_t at) {
    if (r->side != 'B' && r->side != 'A') return;
    uint32_t number = b.orders_free;
    if (number != NONE) {
        b.orders_free = b.orders[number].next;
    } else {
        if (b.orders_used == b.orders_capacity) b.orders = room(b.orders, sizeof(order) * (b.orders_capacity *= 2ul));
        number = b.orders_used++;
    }
    b.orders[number] = (order){r->order_id, r->size, NONE, NONE, NONE, instrument, 0};
    b.slots[at] = (slot){order_hash(r->order_id, instrument), number + 1};
    link_order(number, r->side == 'A', r->price);
    if (++b.live * 2ul > b.slot_mask) grow_slots();
}

static void clear_book(uint32_t instrument) {
    for (int s = 0; s < 2; s++) {
        side *list = &b.books[instrument].sides[s];
        for (uint32_t i = 0; i < list->count; i++) {
            uint32_t n = list->entries[i].level, next, at;
            for (uint32_t number = b.levels[n].head; number != NONE; number = next) {
                next = b.orders[number].next;
                find_order(b.orders[number].id, instrument, &at);
                forget_order(number, at);
            }
            b.levels[n].head = b.levels_free; b.levels_free = n;
        }
        list->count = 0;
    }
}

static inline void apply(const mbo *r) {
    uint32_t at, number, instrument;
    if ((r->flags & FLAG_TOB) && r->action != 'R') return;
    switch (r->action) {
    case 'A': case 'M':
        instrument = instrument_number(r->instrument);
        number = find_order(r->order_id, instrument, &at);
        if (number == NONE) { insert_order(r, instrument, at); break; }
        order *o = &b.orders[number]; level *l = &b.levels[o->level];
        int is_ask = l->is_ask;
        if (r->action == 'M') {
            if (price_key(r->price, is_ask) == l->key && r->size <= o->size) { l->size -= o->size - r->size; o->size = r->size; break; }
        } else if (r->side == 'A' || r->side == 'B') {
            is_ask = r->side == 'A';
        }
        unlink_order(number);
        o->size = r->size;
        link_order(number, is_ask, r->price);
        break;
    case 'C':
        instrument = instrument_number(r->instrument);
        number = find_order(r->order_id, instrument, &at);
        if (number == NONE) break;
        if (r->size < b.orders[number].size) {
            b.orders[number].size -= r->size;
            b.levels[b.orders[number].level].size -= r->size;
        } else {
            unlink_order(number);
            forget_order(number, at);
        }
        break;
    case 'R': clear_book(instrument_number(r->instrument)); break;
    default: break; /* T, F and N change no book */
    }
}

static inline uint64_t best(const side *s) {
    if (!s->count) return 0;
    const level *l = &b.levels[s->entries[s->count - 1].level];
    return (uint64_t)price_key(l->key, l->is_ask) ^ l->size;
}

static inline void read_best(const mbo *r) {
    const book *k = &b.books[instrument_number(r->instrument)];
    b.bbo_sum += best(&k->sides[0]) + 3 * best(&k->sides[1]);
}

/* ---- the visit ---- */

static uint64_t records, checksum, actions[256];

/* Visits the whole records in [p, end); gives the first byte not used. */
static inline __attribute__((always_inline)) const uint8_t *visit(const uint8_t *p, const uint8_t *end, int with_books) {
    uint64_t n = 0, sum = 0;
    while (end - p >= 16) {
        size_t bytes = p[0] * 4u;
        if (bytes < 16) fail("a record is shorter than its header");
        if ((size_t)(end - p) < bytes) break;
        n++;
        if (p[1] == 0xA0) {
            if (bytes < sizeof(mbo)) fail("an MBO record is too short");
            const mbo *r = (const mbo *)p;
            sum += r->order_id + (uint64_t)r->price + r->size;
            actions[r->action]++;
            if (with_books) {
                apply(r);
                if (r->flags & FLAG_LAST) read_best(r);
            }
        }
        p += bytes;
    }
    records += n; checksum += sum;
    return p;
}
static __attribute__((noinline)) const uint8_t *visit_plain(const uint8_t *p, const uint8_t *end) { return visit(p, end, 0); }
static __attribute__((noinline)) const uint8_t *visit_books(const uint8_t *p, const uint8_t *end) { return visit(p, end, 1); }

/* Bytes not visited yet: at most the metadata or part of a record are carried from one piece to the next. */
typedef struct { uint8_t *bytes; size_t held, capacity; int past_metadata, with_books; } carry;

static uint8_t *carry_room(carry *c, size_t wanted) {
    if (c->capacity - c->held < wanted) c->bytes = room(c->bytes, c->capacity = c->held + wanted + 4096);
    return c->bytes + c->held;
}

static void carry_visit(carry *c, size_t added) {
    const uint8_t *p = c->bytes, *end = c->bytes + (c->held += added);
    if (!c->past_metadata) {
        if (c->held < 8) return;
        if (memcmp(p, "DBN", 3)) fail("no DBN metadata at the start");
        uint32_t length; memcpy(&length, p + 4, 4);
        if (c->held < 8ul + length) return;
        p += 8ul + length; c->past_metadata = 1;
    }
    p = c->with_books ? visit_books(p, end) : visit_plain(p, end);
    c->held = (size_t)(end - p);
    memmove(c->bytes, p, c->held);
}

static void run_read(int file, int with_books) {
    carry c = {.with_books = with_books};
    for (;;) {
        ssize_t got = read(file, carry_room(&c, PIECE), PIECE);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read");
        if (got == 0) break;
        carry_visit(&c, (size_t)got);
    }
    free(c.bytes);
}

static void run_zstd(int file) {
    carry c = {0};
    size_t capacity = ZSTD_DStreamInSize(); uint8_t *input = room(NULL, capacity);
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context) fail("out of memory");
    for (;;) {
        ssize_t got = read(file, input, capacity);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read");
        if (got == 0) break;
        ZSTD_inBuffer in = {input, (size_t)got, 0};
        int is_full = 0;
        while (in.pos < in.size || is_full) {
            ZSTD_outBuffer out = {carry_room(&c, PIECE), PIECE, 0};
            size_t result = ZSTD_decompressStream(context, &out, &in);
            if (ZSTD_isError(result)) { errno = 0; fail(ZSTD_getErrorName(result)); }
            is_full = out.pos == out.size;
            carry_visit(&c, out.pos);
        }
    }
    ZSTD_freeDCtx(context); free(input); free(c.bytes);
}

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *x, const void *y) { double a = *(const double *)x, c = *(const double *)y; return (a > c) - (a < c); }

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "", *path = count > 2 ? arguments[2] : NULL;
    int is_pipe = !strcmp(mode, "pipe"), is_zstd = !strcmp(mode, "zstd"), is_book = !strcmp(mode, "book"), is_memory = !strcmp(mode, "decode-mem");
    int runs = is_pipe ? 1 : count > 3 ? atoi(arguments[3]) : 5;
    if (!(is_pipe || (path && (is_zstd || is_book || is_memory || !strcmp(mode, "decode")))) || runs < 1 || runs > 1000) {
        fprintf(stderr, "usage: reference decode|decode-mem|zstd|book FILE [RUNS]   or   reference pipe < FILE\n");
        return 2;
    }
    char name[4096];
    size_t length = path ? strlen(path) : 0;
    snprintf(name, sizeof name, "%s%s", path ? path : "", is_zstd && (length < 4 || strcmp(path + length - 4, ".zst")) ? ".zst" : "");
    int file = is_pipe ? 0 : open(name, O_RDONLY);
    if (file < 0) fail(name);
    carry memory = {0};
    if (is_memory) {
        for (ssize_t got; (got = read(file, carry_room(&memory, PIECE * 64), PIECE * 64)) > 0;) memory.held += (size_t)got;
        uint32_t metadata = 0;
        if (memory.held < 8 || memcmp(memory.bytes, "DBN", 3)) fail("no DBN metadata at the start");
        memcpy(&metadata, memory.bytes + 4, 4);
        if (memory.held < 8ul + metadata) fail("the metadata is cut off");
    }
    double seconds[1000];
    for (int run = is_pipe ? 0 : -1; run < runs; run++) {
        records = checksum = 0;
        memset(actions, 0, sizeof actions);
        if (!is_pipe && lseek(file, 0, SEEK_SET) < 0) fail("seek");
        double start = cpu_seconds();
        if (is_book) books_start();
        if (is_memory) {
            uint32_t metadata; memcpy(&metadata, memory.bytes + 4, 4);
            visit_plain(memory.bytes + 8 + metadata, memory.bytes + memory.held);
        } else if (is_zstd) {
            run_zstd(file);
        } else {
            run_read(file, is_book);
        }
        double took = cpu_seconds() - start;
        if (run >= 0) seconds[run] = took;
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, by_value);
    printf("{\"mode\":\"%s\",\"records\":%" PRIu64 ",\"seconds\":%.6f,\"checksum\":%" PRIu64 ",\"actions\":{", mode, records, seconds[runs / 2], checksum);
    for (const char *a = "ACMRTFN"; *a; a++) printf("%s\"%c\":%" PRIu64, *a == 'A' ? "" : ",", *a, actions[(uint8_t)*a]);
    printf("}");
    if (is_book) {
        uint64_t levels[2] = {0, 0};
        for (uint32_t i = 0; i < b.books_used; i++) for (int s = 0; s < 2; s++) levels[s] += b.books[i].sides[s].count;
        printf(",\"book\":{\"live_orders\":%u,\"instruments\":%u,\"levels\":[%" PRIu64 ",%" PRIu64 "],\"bbo_sum\":%" PRIu64 "}",
               b.live, b.books_used, levels[0], levels[1], b.bbo_sum);
    }
    printf("}\n");
    books_free();
    free(memory.bytes);
    return 0;
}
