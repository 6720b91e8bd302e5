// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp_seq_puts(): appends text to the seq_file that the current task is reading.
 *
 * A body passes a number, because the verifier has no type for a traced function's argument that
 * holds on all kernels. A body can make up any number and place any bytes at that address: in a
 * map, in an arena, on its stack. Nothing found at the address is therefore trusted unless the
 * kernel's allocator confirms what lies there. All of these conditions must hold:
 *
 * 1. It is the address of an object of the cache that seq_open() allocates seq_files from.
 * 2. Its file is an object of the cache of open files, and private_data of that file is the
 *    seq_file. This excludes other kinds of objects if the kernel has merged caches.
 * 3. Its lock is held by the current task, which is not in an interrupt. The seq_file is then
 *    being read by this task, so the task cannot free it and no other task writes to it meanwhile.
 * 4. It has a buffer, and nothing of the buffer has been read (`from` is 0). The first record is
 *    being made then, or one after it; otherwise text would be put into what is being copied out.
 * 5. It was passed to the function that the body is for. seq_read_iter() and traverse() pass it to
 *    start, show, next and stop alone, and in these the buffer is allocated. Between freeing a
 *    buffer that is too small and allocating a larger one, they pass it to no function, but a body
 *    on a function of the allocator could remember it. For a body that klp.ko does not call itself
 *    there are no registers to look at. Of these, the verifier refuses fmod_ret programs on
 *    functions without a seq_file parameter (kfunc.c); a sleepable override body is trusted.
 *
 * The caches are learned from one object of each when the module loads; the layout of struct slab
 * and struct kmem_cache comes from the kernel's BTF.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "hook.h"
#include "resolve.h"
#include "seqfile.h"

/* Addresses at which an object of a cache may begin. */
struct kind {
	const void *cache;
	unsigned int size;	/* of an object and its padding */
	unsigned int first;	/* offset in a slab, modulo size */
};

static struct kind seqfile_kind, seqfile_file_kind;
static u32 seqfile_cache_offset;	/* of slab_cache in struct slab */
static u32 seqfile_size_offset;		/* of size in struct kmem_cache */

/* The first page of the slab that holds this address; NULL if none does. */
static struct page *seqfile_slab(const void *p)
{
	struct page *page;

	if (!virt_addr_valid(p))
		return NULL;
	page = compound_head(virt_to_page(p));
	return PageSlab(page) ? page : NULL;
}

static const void *seqfile_cache(const struct page *slab)
{
	return READ_ONCE(*(const void **)((const char *)slab + seqfile_cache_offset));
}

static bool seqfile_is(const struct kind *kind, const void *p)
{
	struct page *slab = seqfile_slab(p);
	unsigned long offset;

	if (!slab || seqfile_cache(slab) != kind->cache)
		return false;
	offset = (unsigned long)p - (unsigned long)page_address(slab);
	return offset % kind->size == kind->first && offset + kind->size <= page_size(slab);
}

static struct task_struct *seqfile_reader(const struct seq_file *m)
{
#ifdef CONFIG_PREEMPT_RT
	return (void *)((unsigned long)READ_ONCE(m->lock.rtmutex.owner) & ~1UL);
#else
	return (void *)(atomic_long_read(&m->lock.owner) & ~7UL);
#endif
}

/* Any context. */
static bool seqfile_is_being_read(const struct seq_file *m)
{
	const struct file *file;

	if (!in_task() || !seqfile_is(&seqfile_kind, m) || seqfile_reader(m) != current)
		return false;
	file = READ_ONCE(m->file);
	return seqfile_is(&seqfile_file_kind, file) && READ_ONCE(file->private_data) == m &&
	       m->buf && !m->from && klpm_hook_may_have((unsigned long)m);
}

__bpf_kfunc_start_defs();

__bpf_kfunc int klp_seq_puts(u64 m, const char *s__str)
{
	struct seq_file *seq = (struct seq_file *)(unsigned long)m;

	size_t count;

	if (!seqfile_is_being_read(seq))
		return -EINVAL;
	count = seq->count;
	seq_puts(seq, s__str);
	/*
	 * Text that does not fit is kept for a larger buffer, but only that of a record. After `stop`
	 * the whole buffer is copied to the reader, and its end is memory of before.
	 */
	if (seq_has_overflowed(seq) && count < seq->size)
		memset(seq->buf + count, 0, seq->size - count);
	return 0;
}

__bpf_kfunc_end_defs();

static int seqfile_learn(struct kind *kind, const void *object)
{
	struct page *slab = seqfile_slab(object);

	if (!slab)
		return -ENOENT;
	kind->cache = seqfile_cache(slab);
	kind->size = *(const unsigned int *)((const char *)kind->cache + seqfile_size_offset);
	if (!kind->size)
		return -ENOENT;
	kind->first = ((unsigned long)object - (unsigned long)page_address(slab)) % kind->size;
	return seqfile_is(kind, object) ? 0 : -ENOENT;
}

/* Never read, but seq_open() needs one. */
static const struct seq_operations seqfile_ops;

static int seqfile_learn_seqfile(void)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int r;

	if (!file)
		return -ENOMEM;
	r = seq_open(file, &seqfile_ops);
	if (!r) {
		r = seqfile_learn(&seqfile_kind, file->private_data);
		seq_release(NULL, file);
	}
	kfree(file);
	return r;
}

static int seqfile_learn_file(void)
{
	struct file *file = filp_open("/", O_RDONLY | O_DIRECTORY, 0);
	int r;

	if (IS_ERR(file))
		return PTR_ERR(file);
	r = seqfile_learn(&seqfile_file_kind, file);
	fput(file);
	return r;
}

int klpm_seqfile_init(void)
{
	int r = klpm_resolve_member("slab", "slab_cache", &seqfile_cache_offset);

	if (!r)
		r = klpm_resolve_member("kmem_cache", "size", &seqfile_size_offset);
	if (!r)
		r = seqfile_learn_seqfile();
	if (!r)
		r = seqfile_learn_file();
	if (r)
		pr_err("the slabs of this kernel's seq_files and files are not known (%d): not loading\n",
		       r);
	return r;
}
