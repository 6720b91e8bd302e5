/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates word for immediate consistency: word 0 of a map of KLP_GATES_WORDS 64-bit words,
 * pinned, shared by all bodies. One store flips any number of patches. Nothing else opens
 * or closes these gates. Word 1 is klpd's own: the generation, kept here so that it outlives klpd.
 */
#ifndef KLPD_KERN_GATE_H
#define KLPD_KERN_GATE_H

#include <stdint.h>

struct gate;

/*
 * Open the pinned word; if none is pinned, the one that bodies read whose pin was lost; else make it
 * (all closed). It is pinned then. -EINVAL if what is pinned is not ours.
 */
int gate_open(struct gate **ret);
struct gate *gate_close(struct gate *g);
int gate_fd(const struct gate *g);
/* Id of its map. */
uint32_t gate_map_id(const struct gate *g);
/* Pin it where it is not: 1 it was not pinned, 0 it is. -EEXIST: another one is pinned there. */
int gate_pin(const struct gate *g);
uint64_t gate_read(const struct gate *g);
/* Compare and swap the whole word: -EAGAIN if it is not `expected`. */
int gate_switch(struct gate *g, uint64_t expected, uint64_t wanted);
/* Generation: number of the last committed change; only grows, numbers may be skipped. */
uint64_t gate_generation(const struct gate *g);
/* Raise it to `generation`; a lower value than the present one changes nothing. */
void gate_raise_generation(struct gate *g, uint64_t generation);

#endif
