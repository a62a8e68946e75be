/* SPDX-License-Identifier: MIT */
/* calls.h - the calls of libarchive that this room uses, and how they are loaded (base/lazy.h). */
#pragma once

#include "base/lazy.h"

#include <archive.h>
#include <archive_entry.h>

#define ARCHIVE_CALLS(CALL)                                                                        \
	CALL(archive_errno)                                                                        \
	CALL(archive_error_string)                                                                 \
	CALL(archive_read_new)                                                                     \
	CALL(archive_read_support_format_zip)                                                      \
	CALL(archive_read_support_format_tar)                                                      \
	CALL(archive_read_support_filter_gzip)                                                     \
	CALL(archive_read_support_filter_zstd)                                                     \
	CALL(archive_read_open_fd)                                                                 \
	CALL(archive_read_next_header)                                                             \
	CALL(archive_read_data)                                                                    \
	CALL(archive_read_data_block)                                                              \
	CALL(archive_read_free)                                                                    \
	CALL(archive_write_new)                                                                    \
	CALL(archive_write_set_format_zip)                                                         \
	CALL(archive_write_set_format_pax_restricted)                                              \
	CALL(archive_write_add_filter_gzip)                                                        \
	CALL(archive_write_add_filter_zstd)                                                        \
	CALL(archive_write_set_options)                                                            \
	CALL(archive_write_set_bytes_per_block)                                                    \
	CALL(archive_write_open_fd)                                                                \
	CALL(archive_write_header)                                                                 \
	CALL(archive_write_data)                                                                   \
	CALL(archive_write_close)                                                                  \
	CALL(archive_write_free)                                                                   \
	CALL(archive_entry_new)                                                                    \
	CALL(archive_entry_clear)                                                                  \
	CALL(archive_entry_free)                                                                   \
	CALL(archive_entry_pathname)                                                               \
	CALL(archive_entry_set_pathname)                                                           \
	CALL(archive_entry_filetype)                                                               \
	CALL(archive_entry_perm)                                                                   \
	CALL(archive_entry_mtime)                                                                  \
	CALL(archive_entry_mtime_nsec)                                                             \
	CALL(archive_entry_size)                                                                   \
	CALL(archive_entry_symlink)                                                                \
	CALL(archive_entry_set_symlink)                                                            \
	CALL(archive_entry_hardlink)                                                               \
	CALL(archive_entry_set_hardlink)                                                           \
	CALL(archive_entry_set_size)                                                               \
	CALL(archive_entry_uid)                                                                    \
	CALL(archive_entry_gid)                                                                    \
	CALL(archive_entry_copy_stat)

struct archive_calls {
	ARCHIVE_CALLS(WF_LAZY_FIELD)
};

/* WF_ERR_MISSING when the library is not here. */
bool archive_load(struct archive_calls *calls, struct wf_error *err);
