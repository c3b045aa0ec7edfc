/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the ROM's functions fail: 0 is success, a negative enum rom_error is why not.
 * Whoever detects a failure prints one line that says what, why and what to check
 * (rom/core/print.h) and returns the code; callers only decide what to do next.
 */
#ifndef ROM_CORE_ERROR_H
#define ROM_CORE_ERROR_H

enum rom_error {
	ROM_OK = 0,
	ROM_ESKIP = -1,	   /* the user pressed the skip key */
	ROM_ETIMEOUT = -2, /* nobody answered, after all retries */
	ROM_ESERVER = -3,  /* the server said no (TFTP ERROR, DHCP NAK) */
	ROM_EPROTO = -4,   /* an answer that makes no sense */
	ROM_EFORMAT = -5,  /* the image is malformed or of no known kind */
	ROM_EMEMORY = -6,  /* the image wants memory that is not there or not free */
	ROM_ENODEV = -7,   /* no such hardware, or it does not respond */
	ROM_EIO = -8	   /* the hardware failed */
};

#endif
