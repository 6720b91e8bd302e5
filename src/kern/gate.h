/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gates word of immediate consistency: word 0 of a map of KLP_GATES_WORDS 64-bit words, which
 * is pinned and shared by all bodies. One store opens or closes the gates of any number of patches.
 * Nothing else opens or closes these gates. Word 1 is klpd's generation, kept here so that it
 * survives klpd.
 */
#ifndef KLPD_KERN_GATE_H
#define KLPD_KERN_GATE_H

#include <stdint.h>

struct gate;

/*
 * Open the pinned word. If none is pinned, use the word that bodies read although its pin was lost;
 * otherwise create one with all gates closed. The word is pinned afterwards. -EINVAL: what is
 * pinned is not klpd's.
 */
int gate_open(struct gate **ret);
struct gate *gate_close(struct gate *g);
int gate_fd(const struct gate *g);
/* Id of its map. */
uint32_t gate_map_id(const struct gate *g);
/*
 * Pin the word if it is not pinned. 1: it was not pinned; 0: it is pinned already; -EEXIST: another
 * one is pinned there.
 */
int gate_pin(const struct gate *g);
uint64_t gate_read(const struct gate *g);
/* Compare and swap the whole word. -EAGAIN: it is not `expected`. */
int gate_switch(struct gate *g, uint64_t expected, uint64_t wanted);
/* Generation: number of the last committed change. It only grows; numbers may be skipped. */
uint64_t gate_generation(const struct gate *g);
/* Raise the generation to `generation`; a value below the present one changes nothing. */
void gate_raise_generation(struct gate *g, uint64_t generation);

#endif
