/*
 * A power cut at every write of statefs: formatting a disk that is blank, foreign or ours; bringing a v1 image to the
 * new format; and puts, deletes, transactions, syncs and compactions. At each cut, of the writes since the last flush,
 * the last is torn at eight points from either end, together with every choice of up to three that are lost, late (so
 * an older block wins) or torn; then the session after the cut is cut in the same way. After each cut, what was
 * acknowledged is there, the rest is all or nothing, and the next session works.
 *
 * host-statefs_crash [STATES] [flushless | syncless]: how many distinct images to reach; no flush does anything, or
 * only those of superblocks do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "disk.h"
#include "images.h"

#define KEYS 4u
#define STEPS 24u
#define PENDING_MAX 24u
#define SECTORS 8u
#define NOBODY UINT32_MAX
#define DEEP_EVERY 16u /* of so many cuts one has its next session cut in all ways */

enum base { BLANK, FOREIGN, OURS, V1, FORMATTED, BASES };

/* What happens to a write that is chosen. */
enum fate { LOST, LATE, TORN, FATES };

struct snapshot {
    uint32_t version[KEYS]; /* 0: no value */
    uint32_t writes;        /* of the disk when the step ended */
    bool durable;
    bool unformatted;
};

struct choice {
    uint32_t write[3]; /* NOBODY: none */
    enum fate fate[3];
};

static const struct choice nothing = {{NOBODY, NOBODY, NOBODY}, {LOST, LOST, LOST}};

static struct disk disk;                              /* records the workload */
static uint8_t base[DISK_BLOCKS][STATEFS_BLOCK];      /* what the workload began with */
static struct disk cut;                               /* the image after a cut */
static struct disk next;                              /* that of the next session */
static uint8_t next_base[DISK_BLOCKS][STATEFS_BLOCK]; /* `cut` before it */
static struct disk second;                            /* the image after a cut in it */
static struct statefs fs;
static struct snapshot steps[STEPS + 1];
static uint64_t states;
static uint64_t cuts;
static uint64_t second_states;
static uint64_t workloads;
static uint64_t violations;
static uint64_t target = 20000;
static uint64_t seed = 1;
static uint8_t value[STATEFS_VALUE_MAX];
static uint8_t wanted[STATEFS_VALUE_MAX];

static uint32_t random_next(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33);
}

static void check(bool holds, const char *promise)
{
    if (!holds) {
        violations++;
        if (violations < 5) {
            printf("broken: %s (state %llu)\n", promise, (unsigned long long)states);
        }
    }
}

/* --- the workload ---------------------------------------------------------------------------------- */

static const char *key_of(uint32_t key)
{
    static const char *const keys[KEYS] = {"/state/a", "/state/boot/b", "/state/c", "/state/d"};
    return keys[key];
}

static uint32_t fill(uint8_t *bytes, uint32_t version)
{
    uint32_t length = 4 + version * 2221 % (version % 7 == 0 ? 12000 : 3000);
    memset(bytes, (int)(version * 7), length);
    memcpy(bytes, &version, 4);
    return length;
}

static enum statefs_status do_step(uint32_t step, uint32_t version[KEYS], bool *durable)
{
    uint32_t key = random_next() % KEYS;
    uint32_t what = random_next() % 10;
    uint32_t number = step + 1 + 100 * (random_next() % 1000);

    *durable = what >= 6;
    if (what < 5 || (what == 5 && version[key] == 0)) {
        version[key] = number;
        return statefs_put(&fs, key_of(key), value, fill(value, number));
    }
    if (what == 5) {
        version[key] = 0;
        return statefs_delete(&fs, key_of(key));
    }
    if (what == 6) {
        return statefs_compact(&fs);
    }
    if (what < 9) {
        return statefs_sync(&fs);
    }
    uint32_t other = (key + 1) % KEYS;
    struct statefs_operation operations[] = {{key_of(key), value, fill(value, number)},
                                             {key_of(other), NULL, 0}};
    version[key] = number;
    version[other] = 0;
    return statefs_commit(&fs, operations, 2);
}

static void write_v1(uint32_t version[KEYS])
{
    uint8_t *to = disk.image[0];

    for (uint32_t key = 0; key < KEYS; key++) {
        uint8_t *record = to;
        uint32_t length = fill(value, key + 1);
        uint32_t key_length = (uint32_t)strlen(key_of(key));
        uint32_t magic = 0x4e585346;
        memcpy(to, &magic, 4);
        to[4] = 1;
        memcpy(to + 5, &key_length, 2);
        memcpy(to + 7, &length, 4);
        memcpy(to + 11, key_of(key), key_length);
        memcpy(to + 11 + key_length, value, length);
        to += 11 + key_length + length;
        uint32_t crc = ~crc32c_more(CRC32C_START, record, (size_t)(to - record));
        memcpy(to, &crc, 4);
        to += 4;
        version[key] = key + 1;
    }
}

/* Some sessions of ours: values, and logs in both regions. */
static void write_ours(uint32_t version[KEYS])
{
    struct statefs_disk on = disk_of(&disk);
    bool durable;

    check(statefs_mkfs(&fs, &on, false) == STATEFS_OK, "mkfs");
    for (uint32_t i = 0; i < STEPS; i++) {
        check(do_step(i, version, &durable) == STATEFS_OK, "step");
    }
    check(statefs_sync(&fs) == STATEFS_OK, "sync");
}

/* Makes the disk that the workload begins with, and says what it holds. */
static void make_base(enum base kind, struct snapshot *snapshot)
{
    struct statefs_disk on = disk_of(&disk);

    disk_reset(&disk);
    snapshot->unformatted = kind == BLANK || kind == FOREIGN;
    if (kind == FOREIGN) {
        for (uint32_t i = 0; i < sizeof(disk.image); i += 8) {
            uint32_t random = random_next();
            memcpy(&disk.image[0][0] + i, &random, sizeof(random));
        }
    } else if (kind == V1) {
        write_v1(snapshot->version);
    } else if (kind != BLANK) {
        write_ours(snapshot->version);
    }
    if (kind >= V1) {
        check(statefs_open(&fs, &on) == STATEFS_OK, "the first image opens");
    }
    memcpy(base, disk.image, sizeof(base));
}

static void record_workload(enum base kind, enum disk_flushes flushes)
{
    struct statefs_disk on = disk_of(&disk);
    uint32_t first = 0;

    memset(steps, 0, sizeof(steps));
    make_base(kind, &steps[0]);
    disk.writes = 0;
    disk.flushes = 0;
    disk.flushed = 0;
    disk.recording = true;
    disk.flushing = flushes;
    steps[0].durable = true;
    if (kind < V1) {
        check(statefs_mkfs(&fs, &on, kind == FOREIGN) == STATEFS_OK, "mkfs");
        steps[1] = (struct snapshot){{0}, disk.writes, true, false};
        first = 1;
    }
    for (uint32_t i = first; i < STEPS; i++) {
        steps[i + 1] = steps[i];
        check(do_step(i, steps[i + 1].version, &steps[i + 1].durable) == STATEFS_OK, "step");
        steps[i + 1].writes = disk.writes;
    }
    check(!disk.changed, "what was given to the disk stays");
    workloads++;
}

/* --- what has to hold ------------------------------------------------------------------------------ */

static bool holds_version(uint32_t key, uint32_t version)
{
    uint32_t length = 0;
    enum statefs_status status = statefs_get(&fs, key_of(key), value, sizeof(value), &length);

    if (version == 0) {
        return status == STATEFS_NOT_FOUND;
    }
    uint32_t size = fill(wanted, version);
    return status == STATEFS_OK && length == size && memcmp(value, wanted, size) == 0;
}

static bool holds(const struct snapshot *snapshot, enum statefs_status opened)
{
    if (snapshot->unformatted) {
        return opened == STATEFS_BLANK || opened == STATEFS_FOREIGN;
    }
    bool same = opened == STATEFS_OK;
    for (uint32_t key = 0; key < KEYS && same; key++) {
        same = holds_version(key, snapshot->version[key]);
    }
    return same;
}

/* The steps after which the disk may be when so many writes were begun. */
static void allowed(uint32_t writes, uint32_t *low, uint32_t *high)
{
    *low = 0;
    *high = 0;
    for (uint32_t i = 0; i <= STEPS; i++) {
        if (steps[i].durable && steps[i].writes < writes) {
            *low = i;
        }
        if (*high == 0 && steps[i].writes >= writes) {
            *high = i;
        }
    }
}

static enum statefs_status open_and_check(struct disk *image, uint32_t writes)
{
    struct statefs_disk on = disk_of(image);
    enum statefs_status opened = statefs_open(&fs, &on);
    uint32_t low;
    uint32_t high;

    allowed(writes, &low, &high);
    check(opened == STATEFS_OK || steps[low].unformatted, "the disk opens after a cut");
    while (low < high && !holds(&steps[low], opened)) {
        low++;
    }
    check(holds(&steps[low], opened), "acknowledged is kept, the rest is all or nothing");
    return opened;
}

/* --- the cuts -------------------------------------------------------------------------------------- */

static void apply(uint8_t image[DISK_BLOCKS][STATEFS_BLOCK], const struct disk_write *write,
                  uint32_t sectors, bool from_end)
{
    uint32_t length = sectors * STATEFS_BLOCK / SECTORS;
    uint32_t at = from_end ? STATEFS_BLOCK - length : 0;

    memcpy(image[write->block] + at, write->bytes + at, length);
}

static const enum fate *fate_of(const struct choice *choice, uint32_t write)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (choice->write[i] == write) {
            return &choice->fate[i];
        }
    }
    return NULL;
}

/*
 * Writes `first` to `end` - 1 on an image that holds all before them, with what was chosen for three of
 * them. The last one
 * reaches the disk in so many sectors, from one end or the other.
 */
static void apply_pending(uint8_t image[DISK_BLOCKS][STATEFS_BLOCK], const struct disk *from,
                          uint32_t first, uint32_t end, const struct choice *choice,
                          uint32_t sectors, bool from_end)
{
    for (uint32_t w = first; w < end; w++) {
        const enum fate *fate = fate_of(choice, w);
        if (!fate) {
            apply(image, &from->log[w], w == end - 1 ? sectors : SECTORS, from_end);
        } else if (*fate == TORN) {
            apply(image, &from->log[w], 1 + w % (SECTORS - 1), !from_end);
        }
    }
    for (uint32_t i = 0; i < 3; i++) {
        if (choice->write[i] != NOBODY && choice->fate[i] == LATE) {
            apply(image, &from->log[choice->write[i]], SECTORS, false);
        }
    }
}

static uint32_t first_pending(const struct disk *from, uint32_t writes)
{
    uint32_t first = writes - 1;

    while (first > 0 && from->log[first - 1].flushes == from->log[writes - 1].flushes) {
        first--;
    }
    return writes - first > PENDING_MAX ? writes - PENDING_MAX : first;
}

/* A cut: `writes` of a recorded disk, whose writes before `first` are in `before`. */
struct place {
    const struct disk *from;
    uint8_t (*before)[STATEFS_BLOCK];
    const struct image_hash *hashes; /* of `before` */
    struct disk *image;              /* where the image after the cut is made */
    uint32_t first;
    uint32_t writes;
    void (*then)(uint32_t acknowledged);
    uint32_t acknowledged; /* writes of the workload */
};

static void cut_at(const struct place *place, const struct choice *choice, uint32_t sectors,
                   bool from_end)
{
    uint64_t hash = place->hashes->sum;
    bool touched[DISK_BLOCKS] = {false};

    /* `image` is `before` when this begins, and when it ends. */
    apply_pending(place->image->image, place->from, place->first, place->writes, choice, sectors,
                  from_end);
    for (uint32_t w = place->first; w < place->writes; w++) {
        uint32_t block = (uint32_t)place->from->log[w].block;
        if (!touched[block]) {
            touched[block] = true;
            hash += image_hash_block(block, place->image->image[block]) -
                    place->hashes->of_block[block];
        }
    }
    if (images_note(hash)) {
        states++;
        place->then(place->acknowledged);
    }
    for (uint32_t w = place->first; w < place->writes; w++) {
        uint64_t block = place->from->log[w].block;
        memcpy(place->image->image[block], place->before[block], STATEFS_BLOCK);
    }
}

static void cut_with(const struct place *place, const struct choice *choice)
{
    for (uint32_t sectors = fate_of(choice, place->writes - 1) ? SECTORS : 1;
         sectors <= SECTORS && states < target; sectors++) {
        cut_at(place, choice, sectors, false);
        cut_at(place, choice, sectors, true);
    }
}

/* Each fate for the one, two or three writes. */
static void cut_with_fates(const struct place *place, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t kinds = c != NOBODY ? FATES * FATES * FATES : b != NOBODY ? FATES * FATES : FATES;

    for (uint32_t kind = 0; kind < kinds && states < target; kind++) {
        struct choice choice = {{a, b, c},
                                {(enum fate)(kind % FATES), (enum fate)(kind / FATES % FATES),
                                 (enum fate)(kind / (FATES * FATES))}};
        cut_with(place, &choice);
    }
}

static void cut_in_all_ways(const struct place *place)
{
    uint32_t end = place->writes;

    cut_with(place, &nothing);
    for (uint32_t a = place->first; a < end; a++) {
        cut_with_fates(place, a, NOBODY, NOBODY);
        for (uint32_t b = a + 1; b < end; b++) {
            cut_with_fates(place, a, b, NOBODY);
            for (uint32_t c = b + 1; c < end; c++) {
                cut_with_fates(place, a, b, c);
            }
        }
    }
}

/* All cuts of what was recorded from `image` on; `in_all_ways`, or only the last write torn at a point by
 * chance. */
static void cut_everywhere(struct place *place, uint8_t image[DISK_BLOCKS][STATEFS_BLOCK],
                           struct image_hash *hashes, bool in_all_ways, bool acknowledges)
{
    uint32_t applied = 0;

    place->before = image;
    place->hashes = hashes;
    memcpy(place->image->image, image, sizeof(base));
    for (place->writes = 1; place->writes <= place->from->writes && states < target;
         place->writes++) {
        place->first = first_pending(place->from, place->writes);
        for (; applied < place->first; applied++) {
            const struct disk_write *write = &place->from->log[applied];
            uint32_t block = (uint32_t)write->block;
            memcpy(image[block], write->bytes, STATEFS_BLOCK);
            memcpy(place->image->image[block], write->bytes, STATEFS_BLOCK);
            hashes->sum -= hashes->of_block[block];
            hashes->of_block[block] = image_hash_block(block, write->bytes);
            hashes->sum += hashes->of_block[block];
        }
        place->acknowledged = acknowledges ? place->writes : place->acknowledged;
        if (in_all_ways) {
            cut_in_all_ways(place);
        } else {
            cut_at(place, &nothing, 1 + random_next() % SECTORS, random_next() % 2 == 0);
        }
    }
}

static void check_second(uint32_t acknowledged)
{
    second_states++;
    (void)open_and_check(&second, acknowledged);
}

/* Puts and syncs; then it is cut at each of its writes. */
static void next_session(uint32_t acknowledged, enum statefs_status opened)
{
    static struct image_hash hashes;
    struct statefs_disk on = disk_of(&next);
    uint32_t length;

    memcpy(next.image, cut.image, sizeof(cut.image));
    next.recording = true;
    next.writes = 0;
    next.flushes = 0;
    next.flushed = 0;
    next.changed = false;
    next.fails_after = -1;
    check(statefs_open(&fs, &on) == opened, "opening again finds the same");
    if (opened != STATEFS_OK) {
        check(statefs_mkfs(&fs, &on, true) == STATEFS_OK, "formatting works after a cut");
    }
    check(statefs_put(&fs, "/state/next", "next", 4) == STATEFS_OK, "the next session puts");
    check(statefs_sync(&fs) == STATEFS_OK, "the next session syncs");
    check(!next.changed, "what was given to the disk stays");
    if (opened == STATEFS_OK) {
        (void)open_and_check(&next, acknowledged);
    } else {
        check(statefs_open(&fs, &on) == STATEFS_OK, "it opens after formatting");
    }
    check(statefs_get(&fs, "/state/next", value, 4, &length) == STATEFS_OK && !fs.damaged,
          "the next session's value");
    if (opened == STATEFS_OK) {
        struct place place = {
            .from = &next, .image = &second, .then = check_second, .acknowledged = acknowledged};
        memcpy(next_base, cut.image, sizeof(next_base));
        image_hash(&hashes, next_base);
        cut_everywhere(&place, next_base, &hashes, cuts % DEEP_EVERY == 0, false);
    }
}

static void check_first(uint32_t acknowledged)
{
    cuts++;
    next_session(acknowledged, open_and_check(&cut, acknowledged));
}

int main(int argc, char **argv)
{
    static struct image_hash hashes;
    const char *variant = argc > 2 ? argv[2] : "";
    enum disk_flushes flushes = strcmp(variant, "flushless") == 0  ? DISK_FLUSHLESS
                                : strcmp(variant, "syncless") == 0 ? DISK_SYNCLESS
                                                                   : DISK_FLUSHES;

    if (argc > 1) {
        target = strtoull(argv[1], NULL, 10);
    }
    while (states < target && violations == 0) {
        struct place place = {.from = &disk, .image = &cut, .then = check_first};
        record_workload((enum base)(workloads % BASES), flushes);
        image_hash(&hashes, base);
        cut_everywhere(&place, base, &hashes, true, true);
    }
    printf("crash states: %llu (%llu workloads, %llu cuts in a first session, %llu in the next)\n",
           (unsigned long long)states, (unsigned long long)workloads, (unsigned long long)cuts,
           (unsigned long long)second_states);
    return violations != 0;
}
